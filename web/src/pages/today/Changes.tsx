import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { dayOf, useFormats } from '../../texts/formats'
import styles from './Timeline.module.css'
import type { DayLesson, MovedLesson } from './Today.graphql'

/** What is other than in the timetable. */
export function Changes({ lesson: { cancelled, substituted, startsAt, movedFrom, otherRoom, merged, teacher } }: { lesson: DayLesson['lesson'] }) {
  const { t } = useTranslation()
  const when = useWhen()
  if (cancelled) return <Sign sign="✕">{t('today.cancelled')}</Sign>
  return (
    <>
      {substituted && <Sign sign="⇄">{t('lesson.substitute', { name: teacher?.name })}</Sign>}
      {movedFrom && <Sign sign="→">{t('lesson.movedFrom', { when: when(movedFrom, startsAt) })}</Sign>}
      {otherRoom && <Sign sign="!">{t('lesson.otherRoom')}</Sign>}
      {merged && <Sign sign="+">{t('lesson.merged')}</Sign>}
    </>
  )
}

/** A lesson that is on another day now. */
export function Moved({ lesson: { subject, movedFrom, startsAt } }: { lesson: MovedLesson }) {
  const { t } = useTranslation()
  const when = useWhen()
  return (
    <div className={styles.line}>
      <span className={styles.title} data-cancelled>{subject.name}</span>
      <Sign sign="→">{t('lesson.movedTo', { when: when(startsAt, movedFrom ?? startsAt) })}</Sign>
    </div>
  )
}

const Sign = ({ sign, children }: { sign: string; children: string }) => <span className={styles.tag} data-sign={sign}>{children}</span>

/** A moment as it is told apart from another: by its time, or by its day where that is another. */
function useWhen() {
  const { date, time } = useFormats()
  const { school: { timeZone } } = useChild()
  return (at: string, other: string) => (dayOf(at, timeZone) === dayOf(other, timeZone) ? time(at, timeZone) : date(dayOf(at, timeZone)))
}
