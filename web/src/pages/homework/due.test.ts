import { expect, test } from 'vitest'
import { byDay, hostOf, left } from './due'
import type { Homework } from './Homework.graphql'

const homework = (id: string, date: string, more: Partial<Homework> = {}): Homework =>
  ({ id, date, subject: { name: 'Algebra' }, text: id, minutes: null, links: [], forSome: false, revision: 1, doneAt: null, files: [], ...more })

test('homework is in the order of the days that it is due on', () => {
  const found = byDay([homework('c', '2026-09-09'), homework('a', '2026-09-08'), homework('d', '2026-09-09')])
  expect(found.map(({ date, homework }) => [date, homework.map(({ id }) => id)])).toEqual([['2026-09-08', ['a']], ['2026-09-09', ['c', 'd']]])
  expect(byDay([])).toEqual([])
})

test('what is left is what is not done', () => {
  const day = '2026-09-08'
  expect(left([homework('a', day, { minutes: 20 }), homework('b', day, { minutes: 15, doneAt: '2026-09-07T12:00:00Z' }), homework('c', day), homework('d', day, { minutes: 5 })])).toBe(25)
  expect(left([])).toBe(0)
})

test('an address is told in short', () => {
  expect(hostOf('https://www.resh.edu.ru/')).toBe('resh.edu.ru')
  expect(hostOf('https://школа.рф/задачи')).toBe('школа.рф/задачи')
  expect(hostOf(`https://a.ru/${'x'.repeat(60)}`)).toHaveLength(40)
})
