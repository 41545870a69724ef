import { memo, useLayoutEffect, useRef } from 'react'
import { labelOf, shortly } from '../../texts/grades'
import type { AttendanceKind } from '../../unsent/entries'
import type { Book, Cell as Shown } from './book'
import styles from './Grid.module.css'

/** What the register is written with, in the language of the page. */
export type Letters = Record<AttendanceKind | 'saving' | 'failed', string>

/** A pupil in a lesson. What is in it is written into the document when it changes, by nobody but itself: a key does not wait for React. Which cell is reached by Tab is the grid's business. */
export const Cell = memo(function Cell({ book, name, letters, shut }: { book: Book; name: string; letters: Letters; shut: boolean }) {
  const cell = useRef<HTMLTableCellElement>(null)
  useLayoutEffect(() => {
    const show = () => write(cell.current!, book, book.cell(name), letters)
    show()
    return book.subscribe(name, show)
  }, [book, name, letters])
  return <td ref={cell} role="gridcell" tabIndex={-1} className={styles.cell} data-shut={shut || undefined} />
})

function write(cell: HTMLTableCellElement, book: Book, { marks, presence, announced, state }: Shown, letters: Letters): void {
  if (cell.dataset['state'] !== state) cell.dataset['state'] = state
  cell.toggleAttribute('data-many', marks.length > 2)
  if (state === 'failed') cell.setAttribute('aria-invalid', 'true')
  else cell.removeAttribute('aria-invalid')
  const parts = marks.map((one) => {
    const { value, weight, comment, retake } = one.content
    const mark = span(styles.mark, shortly(labelOf(book.scale, value)))
    mark.toggleAttribute('data-struck', book.isStruck(one))
    mark.toggleAttribute('data-retake', Boolean(retake))
    if (comment) mark.dataset['comment'] = 'true'
    if (weight > 1) mark.append(Object.assign(document.createElement('sup'), { textContent: weight }))
    return mark
  })
  if (presence) {
    const kind = span(styles.presence, book.reasonOf(presence)?.sign ?? letters[presence.kind])
    kind.dataset['kind'] = presence.kind
    parts.push(kind)
  }
  if (announced?.reason) {
    const sign = span(styles.announced, `${announced.reason.sign}?`)
    sign.title = announced.reason.name
    sign.toggleAttribute('data-accepted', announced.accepted)
    parts.push(sign)
  }
  if (state !== 'saved') parts.push(span('unseen', letters[state]))
  if (parts.length || cell.firstChild) cell.replaceChildren(...parts)
}

const span = (className: string | undefined, textContent: string): HTMLSpanElement => Object.assign(document.createElement('span'), { className, textContent })
