import { Button, Text, UnstyledButton } from '@mantine/core'
import { useEffect, useId, useReducer, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTeaching } from '../../session/teaching'
import type { Queue } from '../../unsent/queue'
import { useFormats } from '../../texts/formats'
import { labelOf } from '../../texts/grades'
import { MarkHistory } from '../marks/MarkHistory'
import type { Book } from './book'
import styles from './Corrections.module.css'
import { type Correction, correctionsOf } from './corrections'
import { RefusalText } from './RefusalText'
import { RegisterChanges } from './RegisterChanges'
import { rested } from './rested'
import type { Span } from './span'
import { Withdrawn } from './Withdrawn'

interface Props {
  book: Book
  course: string
  span: Span
  queue: Queue
  goTo: (row: number, column: number) => void
}

/** What was changed after it was given, what was refused, of the latest lessons, what was withdrawn, and how the register has changed: a teacher looks here on the day after. */
export function Corrections(props: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div>
      <Button variant="default" size="sm" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>{t('gradebook.corrections')}</Button>
      <div id={id}>{open && <><List {...props} /><Withdrawn {...props} /><RegisterChanges {...props} /></>}</div>
    </div>
  )
}

function List({ book, queue, goTo }: Props) {
  const { t } = useTranslation()
  const [, again] = useReducer((count: number) => count + 1, 0)
  useEffect(() => rested(queue.watch)(again), [queue])
  const found = correctionsOf(book)
  if (!found.length) return <Text size="sm" c="dimmed" mt="xs">{t('gradebook.noCorrections')}</Text>
  return <ol className={styles.list}>{found.map((one) => <Line key={one.key} correction={one} book={book} goTo={goTo} />)}</ol>
}

function Line({ correction: { row, column, value, mark, revision, failed }, book, goTo }: { correction: Correction; book: Book; goTo: Props['goTo'] }) {
  const { t } = useTranslation()
  const { date } = useFormats()
  const { school } = useTeaching()
  const [open, setOpen] = useState(false)
  const id = useId()
  const [pupil, lesson] = [book.pupils[row]!, book.lessons[column]!]
  return (
    <li className={styles.line}>
      <UnstyledButton className={styles.who} onClick={() => goTo(row, column)}>{pupil.familyName} {pupil.givenName}, {date(lesson.date)}</UnstyledButton>
      {value !== null && <b>{labelOf(book.scale, value)}</b>}
      {failed !== null && <RefusalText code={failed} />}
      {mark !== null && <UnstyledButton className={styles.changed} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>{t('diary.changed')}</UnstyledButton>}
      <div id={id} className={styles.history}>{open && mark !== null && <MarkHistory key={revision} mark={mark} timeZone={school.timeZone} />}</div>
    </li>
  )
}
