import { dayOf } from '../../texts/formats'
import type { Day, DayLesson, Homework, MovedLesson, Transfer } from './Today.graphql'

/** One thing of a child's day, `at` a moment. */
export type Moment = { id: string; at: string } & (
  | { kind: 'lesson'; lesson: DayLesson }
  | { kind: 'moved'; lesson: MovedLesson }
  | { kind: 'passage'; direction: 'IN' | 'OUT'; door: string; newsLate: boolean; minutesLate: number | null }
  | { kind: 'refused'; door: string; reason: string; newsLate: boolean }
  | { kind: 'meal'; transfer: Transfer }
)

/** All of a day in its order, by the school's calendar; of two at the same moment, the passage comes first. */
export function timelineOf(day: Day, date: string, timeZone: string): Moment[] {
  return [...passages(day), ...refusals(day), ...lessons(day), ...moved(day), ...meals(day)]
    .filter(({ at }) => dayOf(at, timeZone) === date)
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
}

function passages(day: Day): Moment[] {
  const late = new Map(day.lateArrivals?.map(({ passageId, minutes }) => [passageId, minutes]))
  return (day.passages?.edges ?? []).map(({ node }) => ({
    kind: 'passage', id: node.id, at: node.happenedAt, direction: node.direction, door: node.door.name, newsLate: node.late, minutesLate: late.get(node.id) ?? null,
  }))
}

function refusals(day: Day): Moment[] {
  return (day.taps?.edges ?? [])
    .filter(({ node }) => node.verdict.outcome === 'REFUSE' && node.door)
    .map(({ node }) => ({ kind: 'refused', id: node.id, at: node.happenedAt, door: node.door?.name ?? '', reason: node.verdict.reason, newsLate: node.late }))
}

const lessons = (day: Day): Moment[] =>
  (day.childDay?.lessons ?? []).map((lesson) => ({ kind: 'lesson', id: lesson.lesson.id, at: lesson.lesson.startsAt, lesson }))

/** Where the timetable has them: they are on another day. */
const moved = (day: Day): Moment[] =>
  (day.childDay?.movedAway ?? []).map((lesson) => ({ kind: 'moved', id: `moved ${lesson.id}`, at: lesson.movedFrom ?? lesson.startsAt, lesson }))

const meals = (day: Day): Moment[] =>
  (day.mealHistory?.edges ?? []).map(({ node }) => ({ kind: 'meal', id: node.id, at: node.happenedAt, transfer: node }))

/** The homework of the first of these days that has any. */
export function nextHomework(homework: readonly Homework[]): { date: string; homework: Homework[] } | null {
  const date = homework.map((one) => one.date).sort()[0]
  return date === undefined ? null : { date, homework: homework.filter((one) => one.date === date) }
}

/** What there was not when the page was looked at first, by what a person would call new: a mark is, its lesson is not. */
export const newsIn = (moments: readonly Moment[]): string[] =>
  moments.flatMap((one) => (one.kind === 'lesson' ? one.lesson.marks.map(({ id }) => id) : [one.id]))
