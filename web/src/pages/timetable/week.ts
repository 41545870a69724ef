import { addDays } from '../../texts/formats'
import type { Bell, Slot, Term } from './Timetable.graphql'

/** A slot as it is being edited; its key stays while it does. */
export interface Draft {
  key: number
  courseId: string
  weekday: number
  bell: number
  room: string
  weeks: Slot['weeks']
  shared: boolean
}

export const WEEKS = ['EVERY', 'ODD', 'EVEN'] as const
const SCHOOL_DAYS = 6

export const draftsOf = (slots: readonly Slot[]): Draft[] => slots.map((slot, key) => ({ ...slot, key, room: slot.room ?? '' }))

/** The drafts as they are sent. */
export const slotsOf = (drafts: readonly Draft[]) =>
  drafts.map(({ courseId, weekday, bell, room, weeks, shared }) => ({ courseId, weekday, bell, room: room.trim() || null, weeks, shared }))

/** The bells that the grid has: those of the class, and the regular ones at which something stands that the class's own lack. */
export const bellsOf = (own: readonly Bell[] | undefined, regular: readonly Bell[], slots: readonly Pick<Slot, 'bell'>[]): Bell[] =>
  [...(own ?? regular), ...regular.filter(({ number }) => own && !own.some((bell) => bell.number === number) && slots.some(({ bell }) => bell === number))]
    .sort((first, other) => first.number - other.number)

/** The days that the grid has: Monday to Saturday, and a Sunday where something is on it. */
export const daysOf = (drafts: readonly Draft[]): number[] =>
  Array.from({ length: drafts.some(({ weekday }) => weekday > SCHOOL_DAYS) ? SCHOOL_DAYS + 1 : SCHOOL_DAYS }, (_, place) => place + 1)

export const at = (drafts: readonly Draft[], weekday: number, bell: number): Draft[] => drafts.filter((one) => one.weekday === weekday && one.bell === bell)

/** With one more slot. The room is the one where the course is held otherwise; beside another group of the division it is
 * as that, and beside any other slot it has the other weeks. */
export function added(drafts: readonly Draft[], courseId: string, weekday: number, bell: number, divisionOf: (course: string) => string | undefined = () => undefined): Draft[] {
  const key = Math.max(-1, ...drafts.map((one) => one.key)) + 1
  const [beside] = at(drafts, weekday, bell)
  const room = drafts.find((one) => one.courseId === courseId)?.room ?? ''
  const division = divisionOf(courseId)
  if (beside && division && division === divisionOf(beside.courseId)) return [...drafts, { key, courseId, weekday, bell, room, weeks: beside.weeks, shared: false }]
  const others = drafts.map((one) => (one === beside && one.weeks === 'EVERY' ? { ...one, weeks: 'ODD' as const } : one))
  const weeks = !beside ? 'EVERY' : beside.weeks === 'EVEN' ? 'ODD' : 'EVEN'
  return [...others, { key, courseId, weekday, bell, room, weeks, shared: false }]
}

/** How many lessons of each course a week has, those of every second week by halves. */
export function hours(drafts: readonly Draft[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { courseId, weeks } of drafts) found.set(courseId, (found.get(courseId) ?? 0) + (weeks === 'EVERY' ? 1 : 0.5))
  return found
}

/** Which days are planned if nobody says otherwise: from today, or from when the week holds, to the end of the term in which that is, or of the next. */
export function spanOf(terms: readonly Term[], today: string, startsOn: string | null): { from: string; to: string } {
  const from = startsOn && startsOn > today ? startsOn : today
  const next = terms.filter(({ kind, endsOn }) => kind === 'TERM' && endsOn >= from).sort((one, other) => one.startsOn.localeCompare(other.startsOn))[0]
  if (!next) return { from, to: from }
  return { from: next.startsOn > from ? next.startsOn : from, to: next.endsOn }
}

/** From when a new week holds if nobody says otherwise: when the present one begins, or tomorrow if that has begun. */
export const beginOf = (startsOn: string | null, today: string): string => (startsOn && startsOn > today ? startsOn : addDays(today, 1))

export const timeOf = ({ startsAt }: Bell): string => startsAt.slice(0, 5)
