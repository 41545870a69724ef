import { expect, test } from 'vitest'
import { runsOf } from './words'

test('neighbouring days are told as one, and two by themselves', () => {
  expect(runsOf([4, 0, 1, 2, 3])).toEqual([[0, 4]])
  expect(runsOf([0, 1])).toEqual([[0, 0], [1, 1]])
  expect(runsOf([0, 2, 4, 5, 6])).toEqual([[0, 0], [2, 2], [4, 6]])
  expect(runsOf([3, 3])).toEqual([[3, 3]])
  expect(runsOf([])).toEqual([])
})
