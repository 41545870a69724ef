import { expect, test } from 'vitest'
import type { GradeMonth } from './District.graphql'
import { attendedOf, averageOf, byGrade, byMonth, overBy, shareOf, sumOf } from './told'

const cell = (grade: number, kinds: Partial<Record<'PRESENT' | 'LATE' | 'ABSENT' | 'EXCUSED', number | null>>, values: [string, number, number | null][] = [], month = '2026-09-01'): GradeMonth => ({
  month, grade, marks: 0, entries: 100, byValue: values.map(([scale, value, count]) => ({ scale, value, count })),
  byKind: Object.entries(kinds).map(([kind, count]) => ({ kind: kind as 'PRESENT', count: count! })),
})

test('the last months that are over', () => {
  expect(overBy('2026-11-27', 1)).toEqual({ from: '2026-10-01', to: '2026-10-31' })
  expect(overBy('2027-01-01', 3)).toEqual({ from: '2026-10-01', to: '2026-12-31' })
  expect(overBy('2027-03-31', 6)).toEqual({ from: '2026-09-01', to: '2027-02-28' })
})

test('a sum tells whether something is missing from it', () => {
  expect(sumOf([])).toEqual({ sum: 0, atLeast: false })
  expect(sumOf([3, 4])).toEqual({ sum: 7, atLeast: false })
  expect(sumOf([3, null])).toEqual({ sum: 3, atLeast: true })
  expect(sumOf([null])).toBeNull()
})

test('a share is of those grades of which something is told, and at least that where not all of it is', () => {
  const [whole, part, hidden] = [cell(5, { PRESENT: 90, LATE: 4, ABSENT: 6 }), cell(6, { PRESENT: 60, LATE: null, ABSENT: 20, EXCUSED: null }), cell(7, { PRESENT: null, LATE: null, ABSENT: 20 })]
  expect(attendedOf([whole])).toEqual({ share: 94, atLeast: false })
  expect(attendedOf([whole, part])).toEqual({ share: 77, atLeast: true })
  expect(attendedOf([hidden])).toEqual({ share: 80, atLeast: false })
  expect(shareOf([whole, part], 'ABSENT')).toEqual({ share: 13, atLeast: false })
  expect(shareOf([whole, part], 'EXCUSED')).toEqual({ share: 0, atLeast: false })
  expect(shareOf([part], 'EXCUSED')).toBeNull()
  expect([attendedOf([]), averageOf([cell(5, {})])]).toEqual([undefined, undefined])
})

test('an average is of the scale that is used most, and of no two grades', () => {
  const five: [string, number, number | null][] = [['5', 5, 2], ['5', 4, 1], ['5', 3, 1]]
  expect(averageOf([cell(5, {}, [...five, ['pass', 0, 50], ['pass', 1, 50]])])).toEqual({ scale: '5', average: 4.25 })
  expect(averageOf([cell(5, {}, five), cell(6, {}, [['5', 2, null], ['5', 5, 90]])])).toEqual({ scale: '5', average: 4.25 })
  expect(averageOf([cell(6, {}, [['5', 2, null]])])).toBeNull()
})

test('months and grades are in order', () => {
  const cells = [cell(11, {}, [], '2026-10-01'), cell(5, {}), cell(11, {})]
  expect(byGrade(cells).map(([grade, found]) => [grade, found.length])).toEqual([[5, 1], [11, 2]])
  expect(byMonth(cells).map(([month, found]) => [month, found.length])).toEqual([['2026-09-01', 2], ['2026-10-01', 1]])
})
