import { useTranslation } from 'react-i18next'
import { dayOf, useFormats } from '../../texts/formats'
import { isChanged } from './free'
import styles from './Substitutions.module.css'
import type { Lesson } from './Substitutions.graphql'

/** How a room is spoken of; a gym says itself what it is. */
export function useRoom() {
  const { t } = useTranslation()
  return (room: string | null) => (room && /^\d/.test(room) ? t('today.room', { room }) : room)
}

/** In words, what of a lesson is other than in the timetable on this day. */
export function Said({ lesson, on, timeZone }: { lesson: Lesson; on: string; timeZone: string }) {
  const { t } = useTranslation()
  const { date, time } = useFormats()
  const roomOf = useRoom()
  if (!isChanged(lesson)) return null
  const { cancelled, substituted, movedFrom, otherRoom, merged, room, teacher, courseTeacher } = lesson
  const before = movedFrom && (dayOf(movedFrom, timeZone) === lesson.date ? time(movedFrom, timeZone) : date(dayOf(movedFrom, timeZone)))
  const words = cancelled ? [`✕ ${t('today.cancelled')}`] : [
    lesson.date !== on ? `→ ${t('lesson.movedTo', { when: `${date(lesson.date)}, ${t('gradebook.bell', { bell: lesson.bell })}` })}` : before && `→ ${t('lesson.movedFrom', { when: before })}`,
    substituted && `⇄ ${t('substitutions.forWhom', { who: teacher?.name, whom: courseTeacher?.name })}`,
    otherRoom && `! ${roomOf(room) ?? t('lesson.otherRoom')}`, merged && `+ ${t('lesson.merged')}`,
  ].filter(Boolean)
  return <ul className={styles.said}>{words.map((one) => <li key={String(one)}>{one}</li>)}</ul>
}
