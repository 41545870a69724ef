import { useTranslation } from 'react-i18next'
import { subjectName } from '../../shell/courseName'
import { withConverted } from '../../texts/grades'
import { Changes } from './Changes'
import styles from './Timeline.module.css'
import type { DayLesson } from './Today.graphql'

/** A lesson with what belongs to it. That somebody was there is not worth a word. */
export function LessonMoment({ lesson: { lesson, marks, homework, attendance }, isNew }: { lesson: DayLesson; isNew: (id: string) => boolean }) {
  const { t } = useTranslation()
  const room = lesson.room && (/^\d/.test(lesson.room) ? t('today.room', { room: lesson.room }) : lesson.room) // a gym says itself what it is
  const place = [room, lesson.substituted ? null : lesson.teacher?.name].filter(Boolean).join(' · ')
  return (
    <>
      <div className={styles.line}>
        <span className={styles.title} data-cancelled={lesson.cancelled || undefined}>{subjectName(lesson)}</span>
        <Changes lesson={lesson} />
        {attendance && attendance.kind !== 'PRESENT' && (
          <span className={styles.tag}>
            {attendance.minutesLate ? t('today.minutesLate', { count: attendance.minutesLate }) : (attendance.reason?.name ?? t(`attendance.${attendance.kind}`))}
          </span>
        )}
      </div>
      {place && <div className={styles.more}>{place}</div>}
      {lesson.topic && <div className={styles.more}>{t('today.topic', { topic: lesson.topic })}</div>}
      {marks.length > 0 && (
        <ul className={styles.marks}>
          {marks.map(({ id, label, converted, weight, work, counts, ownWork }) => (
            <li key={id} className={styles.mark} data-new={isNew(id) || undefined}>
              <span className={styles.value} data-struck={!counts || undefined} aria-hidden>{withConverted({ label, converted })}</span>
              <span aria-hidden>{ownWork?.name ?? t(`work.${work}`)}{weight > 1 && `, ${t('today.weight', { weight })}`}</span>
              <span className="unseen">{t('today.markOf', { value: label, work: ownWork?.name ?? t(`work.${work}`) })}{!counts && `, ${t('today.struck')}`}</span>
            </li>
          ))}
        </ul>
      )}
      {homework.map(({ id, text }) => (
        <div key={id} className={styles.due}><span className="unseen">{t('today.due')}: </span>{text}</div>
      ))}
    </>
  )
}
