import { memo, type RefObject, useEffect, useLayoutEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type Book, keyOf } from './book'
import { Cell, type Letters } from './Cell'
import type { Cursor } from './cursor'
import { Head } from './Head'
import { type Action, actionOf } from './keys'
import styles from './Grid.module.css'

interface Props {
  book: Book
  version: number
  cursor: Cursor
  table: RefObject<HTMLTableElement | null>
  label: string
  today: string
  act: (action: Action) => void
  paste: (text: string) => void
}

/** The cell of a row and column of the gradebook; row -1 is the head. */
export const cellAt = (table: HTMLTableElement | null, row: number, column: number): HTMLTableCellElement | undefined => table?.rows[row + 1]?.cells[column + 1]

/** Pupils down, lessons across. One cell is reached by Tab, the others by the keys of a spreadsheet; that one is marked in the document, and nothing is drawn anew for it. */
export const Grid = memo(function Grid({ book, version, cursor, table, label, today, act, paste }: Props) {
  const { t, i18n } = useTranslation()
  const letters = useMemo<Letters>(() => ({
    ABSENT: t('gradebook.letter.ABSENT'), LATE: t('gradebook.letter.LATE'), EXCUSED: t('gradebook.letter.EXCUSED'), PRESENT: '·',
    saving: t('gradebook.state.saving'), failed: t('gradebook.state.failed'),
  }), [t, i18n.language])
  const grades = useMemo(() => (book.scale?.labels ?? []).map(({ label }) => label.toLowerCase()).join(''), [book.scale])
  useLayoutEffect(() => {
    let reached: HTMLElement | undefined
    const reach = () => {
      const { row, column } = cursor.get()
      if (reached) reached.tabIndex = -1
      reached = cellAt(table.current, row, column)
      if (reached) reached.tabIndex = 0
    }
    reach()
    return cursor.subscribe(reach)
  }, [cursor, table, version])
  useEffect(() => {
    const element = table.current
    if (!element) return
    // Of the document and not of React: a paste is told to what has the focus, and a table has no field to paste into.
    const hear = (event: ClipboardEvent) => {
      if (!element.contains(document.activeElement)) return
      event.preventDefault()
      paste(event.clipboardData?.getData('text/plain') ?? '')
    }
    document.addEventListener('paste', hear)
    return () => document.removeEventListener('paste', hear)
  }, [table, paste])
  return (
    <table
      ref={table} role="grid" aria-label={label} className={styles.grid}
      onKeyDown={(event) => {
        const action = actionOf({ key: event.key, ctrl: event.ctrlKey || event.metaKey, alt: event.altKey, shift: event.shiftKey }, grades)
        if (!action) return
        event.preventDefault()
        act(action)
      }}
      onFocus={({ target }) => {
        const cell = (target as HTMLElement).closest<HTMLTableCellElement>('td, th')
        if (cell && cell.cellIndex > 0) cursor.set((cell.parentElement as HTMLTableRowElement).rowIndex - 1, cell.cellIndex - 1)
      }}
      onDoubleClick={() => act({ do: 'details' })}
    >
      <thead role="rowgroup">
        <tr role="row" className={styles.row}>
          <th role="columnheader" scope="col" className={styles.corner}>{t('gradebook.pupil')}</th>
          {book.lessons.map((lesson) => <Head key={lesson.id} lesson={lesson} today={today} />)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {book.pupils.map(({ id, familyName, givenName }) => (
          <tr key={id} role="row" className={styles.row}>
            <th role="rowheader" scope="row" className={styles.pupil} title={`${familyName} ${givenName}`}>{familyName} <span className={styles.given}>{givenName}</span><span className={styles.initial} aria-hidden>{givenName.slice(0, 1)}.</span></th>
            {book.lessons.map((lesson) => <Cell key={lesson.id} book={book} name={keyOf(lesson.id, id)} letters={letters} shut={lesson.cancelled} />)}
          </tr>
        ))}
      </tbody>
    </table>
  )
})
