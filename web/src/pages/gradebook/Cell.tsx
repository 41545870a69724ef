import { memo, useCallback, useSyncExternalStore } from 'react'
import type { AttendanceKind } from '../../unsent/entries'
import type { Book } from './book'
import styles from './Grid.module.css'

/** What the register is written with, in the language of the page. */
export type Letters = Record<AttendanceKind | 'saving' | 'failed', string>

/** A pupil in a lesson. It is drawn anew when something in it changes, and then alone; which cell is reached by Tab is the grid's business. */
export const Cell = memo(function Cell({ book, name, letters, shut }: { book: Book; name: string; letters: Letters; shut: boolean }) {
  const subscribe = useCallback((hear: () => void) => book.subscribe(name, hear), [book, name])
  const { marks, presence, announced, state } = useSyncExternalStore(subscribe, useCallback(() => book.cell(name), [book, name]))
  return (
    <td role="gridcell" tabIndex={-1} className={styles.cell} data-state={state} data-shut={shut || undefined} data-many={marks.length > 2 || undefined} aria-invalid={state === 'failed' || undefined}>
      {marks.map(({ key, content: { value, weight, comment } }) => (
        <span key={key} className={styles.mark} data-comment={comment ? true : undefined}>{value}{weight > 1 && <sup>{weight}</sup>}</span>
      ))}
      {presence && <span className={styles.presence} data-kind={presence.kind}>{book.reasonOf(presence)?.sign ?? letters[presence.kind]}</span>}
      {announced?.reason && <span className={styles.announced} data-accepted={announced.accepted || undefined} title={announced.reason.name}>{announced.reason.sign}?</span>}
      {state !== 'saved' && <span className="unseen">{letters[state]}</span>}
    </td>
  )
})
