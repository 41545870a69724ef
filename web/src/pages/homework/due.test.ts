import { expect, test } from 'vitest'
import { byDay } from './due'
import type { Homework } from './Homework.graphql'

test('homework is in the order of the days that it is due on', () => {
  const homework = (id: string, date: string): Homework => ({ id, date, subject: { name: 'Algebra' }, text: id })
  const found = byDay([homework('c', '2026-09-09'), homework('a', '2026-09-08'), homework('d', '2026-09-09')])
  expect(found.map(({ date, homework }) => [date, homework.map(({ id }) => id)])).toEqual([['2026-09-08', ['a']], ['2026-09-09', ['c', 'd']]])
  expect(byDay([])).toEqual([])
})
