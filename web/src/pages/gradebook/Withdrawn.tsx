import { Text, Title, UnstyledButton } from '@mantine/core'
import { useEffect, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useTeaching } from '../../session/teaching'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import type { Queue } from '../../unsent/queue'
import type { Book } from './book'
import styles from './Corrections.module.css'
import { rested } from './rested'
import type { Span } from './span'
import { WithdrawnMarksQuery } from './Withdrawn.graphql'

interface Props {
  book: Book
  course: string
  span: Span
  queue: Queue
  goTo: (row: number, column: number) => void
}

/** Marks of these days that count no more, the latest first: whose, by whom, when and why; asked for anew once what was typed is there. */
export function Withdrawn({ book, course, span: { from, to }, queue, goTo }: Props) {
  const { t } = useTranslation()
  const { date, moment } = useFormats()
  const { school } = useTeaching()
  const id = useId()
  const [{ data, error }, ask] = useQuery({ query: WithdrawnMarksQuery, variables: { course, from, to }, requestPolicy: 'network-only' })
  useEffect(() => rested((hear) => queue.listen((_, done) => void (done && hear())))(() => ask({ requestPolicy: 'network-only' })), [queue, ask])
  return (
    <section aria-labelledby={id}>
      <Title id={id} order={2} size="h6" mt="sm">{t('gradebook.withdrawn')}</Title>
      {error && !data && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Text size="sm" c="dimmed" role="status">{t('state.loading')}</Text>}
      {data && !data.withdrawnMarks.length && <Text size="sm" c="dimmed" mt={4}>{t('gradebook.noWithdrawn')}</Text>}
      {data && data.withdrawnMarks.length > 0 && (
        <ol className={styles.list}>
          {data.withdrawnMarks.map(({ at, reason, by, pupil, mark }) => {
            const [row, column] = [book.pupils.findIndex((one) => one.id === pupil?.id), book.lessons.findIndex((one) => one.id === mark.lessonId)]
            const whose = [pupil && `${pupil.familyName} ${pupil.givenName}`, date(mark.date)].filter(Boolean).join(', ')
            return (
              <li key={mark.id} className={styles.line}>
                {row >= 0 && column >= 0
                  ? <UnstyledButton className={styles.who} onClick={() => goTo(row, column)}>{whose}</UnstyledButton>
                  : <span className={styles.who}>{whose}</span>}
                <s className={styles.gone}>{mark.label}</s>
                <span className={styles.by}>{[moment(at, school.timeZone), by?.name].filter(Boolean).join(' · ')}</span>
                {reason && <span className={styles.reason}>{reason}</span>}
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}
