import { describe, expect, test } from 'vitest'
import type { DiaryDay } from './Diary.graphql'
import { chosenWeek, mondayOf, schoolDays } from './week'

test('a week begins on Monday and ends on Sunday', () => {
  expect(mondayOf('2026-09-07')).toBe('2026-09-07')
  expect(mondayOf('2026-09-13')).toBe('2026-09-07')
  expect(mondayOf('2027-01-01')).toBe('2026-12-28')
})

describe('the week that is shown', () => {
  test('is the one of the day in the address', () => expect(chosenWeek('week=2026-09-09', '2026-11-26')).toBe('2026-09-07'))

  test.each(['', 'week=', 'week=soon', 'week=2026-13-40', 'week=9999-12-31'])('is the present one where the address says “%s”', (search) =>
    expect(chosenWeek(search, '2026-11-26')).toBe('2026-11-23'))
})

describe('the days of a week', () => {
  const week = (...lessons: number[]): DiaryDay[] =>
    lessons.map((count, index) => ({ date: `2026-09-0${index + 7}`, lessons: Array(count).fill(null) as DiaryDay['lessons'], movedAway: [] }))
  const shown = (days: DiaryDay[]) => schoolDays(days).map(({ lessons }) => lessons.length)

  test('are those from Monday to Saturday', () => expect(shown(week(5, 6, 0, 5, 4, 0, 0))).toEqual([5, 6, 0, 5, 4, 0]))
  test('are seven where a Sunday has lessons', () => expect(shown(week(5, 6, 0, 5, 4, 0, 1))).toEqual([5, 6, 0, 5, 4, 0, 1]))
  test('are none in the holidays', () => expect(shown(week(0, 0, 0, 0, 0, 0, 0))).toEqual([]))
})
