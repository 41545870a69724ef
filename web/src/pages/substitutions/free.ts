import type { Lesson, Teacher } from './Substitutions.graphql'

/** Why somebody is offered first. */
export type Fit = 'subject' | 'class' | 'free'

/** Whether two lessons share a minute: in two buildings they may, though their numbers differ. */
const overlap = (one: Lesson, other: Lesson): boolean => one.startsAt < other.endsAt && other.startsAt < one.endsAt

/** Who gives no lesson at this moment, those who teach the subject first, then those who know the class; the order of names within. */
export function freeTeachers(
  teachers: readonly Teacher[], lessons: readonly Lesson[], asked: { lesson: Lesson; date: string; bell: number; absent?: string },
): { id: string; name: string; fit: Fit }[] {
  const { lesson, date, bell, absent } = asked
  const [then] = lessons.filter((one) => one.date === date && one.bell === bell && one.classGroup?.id === lesson.classGroup?.id)
  const meets = (one: Lesson) => (then ? overlap(one, then) : one.bell === bell)
  const busy = new Set(lessons.filter((one) => one.id !== lesson.id && !one.cancelled && one.date === date && meets(one)).map(({ teacher }) => teacher?.id))
  const ranked = (['subject', 'class', 'free'] as const).map((fit) => teachers.flatMap(({ person, subjectIds, classGroupIds }) => {
    if (!person || busy.has(person.id) || person.id === absent) return []
    const fits = subjectIds.includes(lesson.subject.id) ? 'subject' : classGroupIds.includes(lesson.classGroup?.id ?? '') ? 'class' : 'free'
    return fits === fit ? [{ ...person, fit }] : []
  }))
  return ranked.flat()
}

/** With which lessons of its moment another can be held together. */
export const hostsFor = (lessons: readonly Lesson[], { id, startsAt, endsAt, classGroup }: Lesson): Lesson[] =>
  lessons.filter((one) => one.id !== id && one.startsAt === startsAt && one.endsAt === endsAt && !one.cancelled && !one.merged && one.classGroup?.id !== classGroup?.id)

export type Order = 'class' | 'teacher'

/** The lessons under one another: by class, or by who gives them. */
export function grouped(lessons: readonly Lesson[], order: Order): { name: string; lessons: Lesson[] }[] {
  const groups = new Map<string, { name: string; lessons: Lesson[] }>()
  for (const lesson of lessons) {
    const { id, name } = (order === 'class' ? lesson.classGroup : lesson.teacher) ?? { id: '', name: '—' }
    const group = groups.get(id) ?? { name, lessons: [] }
    groups.set(id, group)
    group.lessons.push(lesson)
  }
  return [...groups.values()].sort((one, other) => one.name.localeCompare(other.name, 'ru', { numeric: true }))
}

/** Whether a lesson is other than in the timetable. */
export const isChanged = ({ cancelled, substituted, movedFrom, otherRoom, merged }: Lesson): boolean => cancelled || substituted || movedFrom !== null || otherRoom || merged
