import { addDays } from '../../texts/formats'
import type { DiaryDay, Holiday } from './Diary.graphql'

const SUNDAY = 6

/** The Monday of a day's week. */
export function mondayOf(date: string): string {
  const weekday = new Date(`${date}T12:00:00Z`).getUTCDay()
  return addDays(date, -((weekday + SUNDAY) % 7))
}

/** The Monday of the week that an address asks for (`?week=2026-09-07`, any day of it), else of today's. */
export function chosenWeek(search: string, today: string): string {
  const wanted = new URLSearchParams(search).get('week') ?? ''
  const isDate = /^20\d\d-\d\d-\d\d$/.test(wanted) && !Number.isNaN(Date.parse(wanted))
  return mondayOf(isDate ? wanted : today)
}

/** The days that a school has: a Sunday only where there are lessons on it. None where the week has no lesson at all. */
export function schoolDays(days: readonly DiaryDay[]): readonly DiaryDay[] {
  if (days.every(({ lessons, movedAway }) => lessons.length + movedAway.length === 0)) return []
  return days.filter(({ lessons }, weekday) => weekday < SUNDAY || lessons.length > 0)
}

/** The holidays of a day at the child's school. */
export const holidayOf = (holidays: readonly Holiday[], school: string, date: string): Holiday | undefined =>
  holidays.find(({ schoolId, startsOn, endsOn }) => schoolId === school && startsOn <= date && date <= endsOn)
