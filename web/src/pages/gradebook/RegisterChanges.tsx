import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useTeaching } from '../../session/teaching'
import { useFormats } from '../../texts/formats'
import type { Queue } from '../../unsent/queue'
import type { Book } from './book'
import styles from './Corrections.module.css'
import { Happened, Whose } from './Happened'
import { type Entry, RegisterChangesQuery } from './RegisterChanges.graphql'
import type { Span } from './span'

interface Props {
  book: Book
  course: string
  span: Span
  queue: Queue
  goTo: (row: number, column: number) => void
}

/** What was changed in the register of these days, the latest first: whose entry, what it was and what it is, by whom and when. */
export function RegisterChanges({ book, course, span: { from, to }, queue, goTo }: Props) {
  const { t } = useTranslation()
  const { date, moment } = useFormats()
  const { school } = useTeaching()
  const [{ data, error }, ask] = useQuery({ query: RegisterChangesQuery, variables: { course, from, to }, requestPolicy: 'network-only' })
  const again = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask])
  const said = ({ kind, minutesLate, reason }: Entry) => (minutesLate ? t('today.minutesLate', { count: minutesLate }) : (reason?.name ?? t(`attendance.${kind}`)))
  return (
    <Happened
      title={t('gradebook.registerChanges')} none={t('gradebook.noRegisterChanges')} found={data?.registerChanges} error={error} again={again} queue={queue}
      line={({ lessonId, pupilId, pupil, old, new: now }) => {
        const [named, lesson] = [pupil ?? book.pupils.find(({ id }) => id === pupilId), book.lessons.find(({ id }) => id === lessonId)]
        return (
          <li key={`${lessonId} ${pupilId} ${old.at} ${now.at}`} className={styles.line}>
            <Whose book={book} pupil={pupilId} lesson={lessonId} goTo={goTo}>
              {[named && `${named.familyName} ${named.givenName}`, lesson && date(lesson.date)].filter(Boolean).join(', ')}
            </Whose>
            <span>{t('gradebook.registerWas', { old: said(old), now: said(now) })}</span>
            <span className={styles.by}>{[moment(now.at, school.timeZone), now.by?.name].filter(Boolean).join(' · ')}</span>
            {old.by?.name !== now.by?.name && <span className={styles.reason}>{t('gradebook.registerBefore', { moment: moment(old.at, school.timeZone), name: old.by?.name })}</span>}
          </li>
        )
      }}
    />
  )
}
