import { expect, test } from 'vitest'
import { named } from './picture'
import { sizeOf } from './size'

test('a size is told in what people know', () => {
  expect([10, 2_000, 1_572_864].map((bytes) => sizeOf(bytes, 'en'))).toEqual(['1 kB', '2 kB', '1.5 MB'])
  expect(sizeOf(1_572_864, 'ru')).toBe('1,5 МБ')
})

test('a picture is called by what it is now', () => {
  expect(['IMG_1.HEIC', 'лист.JPG', 'page.jpeg', 'image'].map(named)).toEqual(['IMG_1.jpg', 'лист.JPG', 'page.jpeg', 'image.jpg'])
})
