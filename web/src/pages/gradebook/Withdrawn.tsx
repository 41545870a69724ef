import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useTeaching } from '../../session/teaching'
import { useFormats } from '../../texts/formats'
import type { Queue } from '../../unsent/queue'
import type { Book } from './book'
import styles from './Corrections.module.css'
import { Happened, Whose } from './Happened'
import type { Span } from './span'
import { WithdrawnMarksQuery } from './Withdrawn.graphql'

interface Props {
  book: Book
  course: string
  span: Span
  queue: Queue
  goTo: (row: number, column: number) => void
}

/** Marks of these days that count no more, the latest first: whose, by whom, when and why. */
export function Withdrawn({ book, course, span: { from, to }, queue, goTo }: Props) {
  const { t } = useTranslation()
  const { date, moment } = useFormats()
  const { school } = useTeaching()
  const [{ data, error }, ask] = useQuery({ query: WithdrawnMarksQuery, variables: { course, from, to }, requestPolicy: 'network-only' })
  const again = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask])
  return (
    <Happened
      title={t('gradebook.withdrawn')} none={t('gradebook.noWithdrawn')} found={data?.withdrawnMarks} error={error} again={again} queue={queue}
      line={({ at, reason, by, pupil, mark }) => (
        <li key={mark.id} className={styles.line}>
          <Whose book={book} pupil={pupil?.id} lesson={mark.lessonId} goTo={goTo}>
            {[pupil && `${pupil.familyName} ${pupil.givenName}`, date(mark.date)].filter(Boolean).join(', ')}
          </Whose>
          <s className={styles.gone}>{mark.label}</s>
          <span className={styles.by}>{[moment(at, school.timeZone), by?.name].filter(Boolean).join(' · ')}</span>
          {reason && <span className={styles.reason}>{reason}</span>}
        </li>
      )}
    />
  )
}
