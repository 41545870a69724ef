import { expect, test } from 'vitest'
import type { Term } from './Timetable.graphql'
import { added, beginOf, bellsOf, daysOf, draftsOf, hours, slotsOf, spanOf } from './week'

const term = (startsOn: string, endsOn: string, kind: Term['kind'] = 'TERM'): Term => ({ id: startsOn, schoolId: 's', name: 'I', kind, startsOn, endsOn, closedAt: null })

test('a slot takes the room of its course, and the other weeks beside one that is there', () => {
  const one = draftsOf([{ courseId: 'a', weekday: 1, bell: 1, room: '7', weeks: 'EVERY', shared: false }])
  const two = added(one, 'a', 2, 3)
  expect(two[1]).toEqual({ key: 1, courseId: 'a', weekday: 2, bell: 3, room: '7', weeks: 'EVERY', shared: false })
  const three = added(two, 'b', 1, 1)
  expect(three.map(({ key, courseId, weeks }) => [key, courseId, weeks])).toEqual([[0, 'a', 'ODD'], [1, 'a', 'EVERY'], [2, 'b', 'EVEN']])
  expect(slotsOf(three)[2]).toEqual({ courseId: 'b', weekday: 1, bell: 1, room: null, weeks: 'EVEN', shared: false })
  expect([...hours(three)]).toEqual([['a', 1.5], ['b', 0.5]])
  expect(daysOf(three)).toEqual([1, 2, 3, 4, 5, 6])
  expect(daysOf(added(three, 'a', 7, 1))).toHaveLength(7)
})

test('what is planned begins today or later, and ends with a term', () => {
  const terms = [term('2026-11-09', '2026-12-30'), term('2026-09-01', '2026-10-25'), term('2026-09-01', '2027-05-31', 'YEAR')]
  expect(spanOf(terms, '2026-09-07', null)).toEqual({ from: '2026-09-07', to: '2026-10-25' })
  expect(spanOf(terms, '2026-09-07', '2026-10-27')).toEqual({ from: '2026-11-09', to: '2026-12-30' })
  expect(spanOf(terms, '2027-01-07', null)).toEqual({ from: '2027-01-07', to: '2027-01-07' })
  expect([beginOf(null, '2026-09-07'), beginOf('2026-09-01', '2026-09-07'), beginOf('2026-09-14', '2026-09-07')]).toEqual(['2026-09-08', '2026-09-08', '2026-09-14'])
})

test('groups of one division have their lessons at one moment, every week', () => {
  const divisionOf = (course: string) => ({ en1: 'Английский', en2: 'Английский', girls: 'Физкультура' })[course]
  const one = draftsOf([{ courseId: 'en1', weekday: 1, bell: 1, room: null, weeks: 'EVERY', shared: false }])
  const weeksWith = (course: string) => added(one, course, 1, 1, divisionOf).map(({ weeks }) => weeks)
  expect([weeksWith('en2'), weeksWith('girls'), weeksWith('algebra')]).toEqual([['EVERY', 'EVERY'], ['ODD', 'EVEN'], ['ODD', 'EVEN']])
})

test('a lesson at a number that the bells of the class lack is seen', () => {
  const regular = [1, 2, 3].map((number) => ({ number, startsAt: `09:${number}0:00` }))
  const own = [1, 2].map((number) => ({ number, startsAt: `08:${number}0:00` }))
  expect(bellsOf(undefined, regular, [])).toEqual(regular)
  expect(bellsOf(own, regular, [{ bell: 2 }])).toEqual(own)
  expect(bellsOf(own, regular, [{ bell: 3 }]).map(({ number, startsAt }) => [number, startsAt])).toEqual([[1, '08:10:00'], [2, '08:20:00'], [3, '09:30:00']])
})
