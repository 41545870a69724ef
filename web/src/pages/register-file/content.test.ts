import { expect, test } from 'vitest'
import { contentOf, MOST_BYTES } from './content'

test('a file is told in base64, whatever its bytes', async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, place) => place % 256)
  const told = await contentOf(new Blob([bytes]))
  expect(Uint8Array.from(atob(told!), (letter) => letter.charCodeAt(0))).toEqual(bytes)
})

test('a file that is too large is not read', async () => {
  expect(await contentOf(new Blob([new Uint8Array(MOST_BYTES + 1)]))).toBeNull()
})
