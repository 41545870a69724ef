import { expect, test } from 'vitest'
import { classesOf, nextSeptember } from './classes'

test('a year begins with the next September', () => {
  expect(['2027-06-10', '2027-09-05', '2026-11-27'].map(nextSeptember)).toEqual(['2027-09-01', '2027-09-01', '2027-09-01'])
})

test('classes are read as an office writes them', () => {
  expect(classesOf(' 1А, 1Б;10А ')).toEqual([{ grade: 1, letter: 'А' }, { grade: 1, letter: 'Б' }, { grade: 10, letter: 'А' }])
  expect(classesOf('')).toEqual([])
  expect([classesOf('1'), classesOf('А'), classesOf('13А'), classesOf('0А'), classesOf('1АБВГД')]).toEqual([null, null, null, null, null])
})
