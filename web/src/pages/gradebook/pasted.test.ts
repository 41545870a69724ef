import { expect, test } from 'vitest'
import { readPasted } from './pasted'

const scale = { lowest: 2, highest: 5, labels: [] }
const passed = { lowest: 0, highest: 1, labels: [{ value: 0, label: 'незачёт' }, { value: 1, label: 'зачёт' }] }

test('a column, as spreadsheets copy it', () => {
  expect(readPasted('5\r\n4\r\n', scale)).toEqual([{ rows: 0, columns: 0, value: 5 }, { rows: 1, columns: 0, value: 4 }])
})

test('a block; empty cells say nothing', () => {
  expect(readPasted('5\t\tн\n\n\t 3 ', scale)).toEqual([
    { rows: 0, columns: 0, value: 5 }, { rows: 0, columns: 2, kind: 'ABSENT' }, { rows: 2, columns: 1, value: 3 },
  ])
})

test('what is no mark of the scale is told', () => {
  expect(readPasted('9\n4.5\nИванов\n-3', scale)).toEqual(['9', '4.5', 'Иванов', '-3'].map((unknown, rows) => ({ rows, columns: 0, unknown })))
  expect(readPasted('5', null)).toEqual([{ rows: 0, columns: 0, unknown: '5' }])
  expect(readPasted('', scale)).toEqual([])
})

test('words of a scale, whole or begun; one letter is the register’s', () => {
  expect(readPasted('Зачет\nнезач\nн\n1', passed)).toEqual([
    { rows: 0, columns: 0, value: 1 }, { rows: 1, columns: 0, value: 0 }, { rows: 2, columns: 0, kind: 'ABSENT' }, { rows: 3, columns: 0, value: 1 },
  ])
})
