import { Text, Title, UnstyledButton } from '@mantine/core'
import { type ReactNode, useEffect, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { CombinedError } from 'urql'
import { Failed } from '../../shell/states'
import type { Queue } from '../../unsent/queue'
import type { Book } from './book'
import styles from './Corrections.module.css'
import { rested } from './rested'

interface Props<T> {
  title: string
  none: string
  found: readonly T[] | undefined
  error: CombinedError | undefined
  /** Asks anew, which happens by itself once what was typed is there. */
  again: () => void
  queue: Queue
  line: (one: T) => ReactNode
}

/** What has happened in a gradebook, the latest first. */
export function Happened<T>({ title, none, found, error, again, queue, line }: Props<T>) {
  const { t } = useTranslation()
  const id = useId()
  useEffect(() => rested((hear) => queue.listen((_, done) => void (done && hear())))(again), [queue, again])
  return (
    <section aria-labelledby={id}>
      <Title id={id} order={2} size="h6" mt="sm">{title}</Title>
      {error && !found && <Failed error={error} retry={again} />}
      {!found && !error && <Text size="sm" c="dimmed" role="status">{t('state.loading')}</Text>}
      {found?.length === 0 && <Text size="sm" c="dimmed" mt={4}>{none}</Text>}
      {found && found.length > 0 && <ol className={styles.list}>{found.map(line)}</ol>}
    </section>
  )
}

interface Where {
  book: Book
  pupil: string | undefined
  lesson: string
  goTo: (row: number, column: number) => void
  children: string
}

/** Whose cell it was, and when: it leads there, if the cell is shown. */
export function Whose({ book, pupil, lesson, goTo, children }: Where) {
  const [row, column] = [book.pupils.findIndex(({ id }) => id === pupil), book.lessons.findIndex(({ id }) => id === lesson)]
  return row >= 0 && column >= 0
    ? <UnstyledButton className={styles.who} onClick={() => goTo(row, column)}>{children}</UnstyledButton>
    : <span className={styles.who}>{children}</span>
}
