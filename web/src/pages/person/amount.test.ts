import { expect, test } from 'vitest'
import { amountOf } from './amount'

test('an amount is whole kopecks, however it is typed', () => {
  expect(['500', '1 250,50', '0.5', '12,3', '\u00a01\u00a0000 '].map(amountOf)).toEqual([50000, 125050, 50, 1230, 100000])
})

test('what is no amount is none', () => {
  expect(['', '0', '0,00', '-5', '1,234', '5 руб', '1e3', '1000000,01', '99999999'].map(amountOf)).toEqual(Array(9).fill(null))
})
