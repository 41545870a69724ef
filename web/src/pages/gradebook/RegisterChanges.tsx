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
import { type Entry, RegisterChangesQuery } from './RegisterChanges.graphql'
import { rested } from './rested'
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
  const id = useId()
  const [{ data, error }, ask] = useQuery({ query: RegisterChangesQuery, variables: { course, from, to }, requestPolicy: 'network-only' })
  useEffect(() => rested((hear) => queue.listen((_, done) => void (done && hear())))(() => ask({ requestPolicy: 'network-only' })), [queue, ask])
  const said = ({ kind, minutesLate, reason }: Entry) => (minutesLate ? t('today.minutesLate', { count: minutesLate }) : (reason?.name ?? t(`attendance.${kind}`)))
  return (
    <section aria-labelledby={id}>
      <Title id={id} order={2} size="h6" mt="sm">{t('gradebook.registerChanges')}</Title>
      {error && !data && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Text size="sm" c="dimmed" role="status">{t('state.loading')}</Text>}
      {data && !data.registerChanges.length && <Text size="sm" c="dimmed" mt={4}>{t('gradebook.noRegisterChanges')}</Text>}
      {data && data.registerChanges.length > 0 && (
        <ol className={styles.list}>
          {data.registerChanges.map(({ lessonId, pupilId, pupil, old, new: now }) => {
            const [row, column] = [book.pupils.findIndex((one) => one.id === pupilId), book.lessons.findIndex((one) => one.id === lessonId)]
            const named = pupil ?? book.pupils[row]
            const whose = [named && `${named.familyName} ${named.givenName}`, column >= 0 && date(book.lessons[column]!.date)].filter(Boolean).join(', ')
            return (
              <li key={`${lessonId} ${pupilId} ${old.at} ${now.at}`} className={styles.line}>
                {row >= 0 && column >= 0
                  ? <UnstyledButton className={styles.who} onClick={() => goTo(row, column)}>{whose}</UnstyledButton>
                  : <span className={styles.who}>{whose}</span>}
                <span>{t('gradebook.registerWas', { old: said(old), now: said(now) })}</span>
                <span className={styles.by}>{[moment(now.at, school.timeZone), now.by?.name].filter(Boolean).join(' · ')}</span>
                {old.by?.name !== now.by?.name && <span className={styles.reason}>{t('gradebook.registerBefore', { moment: moment(old.at, school.timeZone), name: old.by?.name })}</span>}
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}
