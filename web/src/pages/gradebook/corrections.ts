import { type Book, keyOf } from './book'

const MOST = 20

export interface Correction {
  key: string
  row: number
  column: number
  value: number | null
  /** Of the mark that was changed after it was given, with how often it was said; null of what was only refused. */
  mark: string | null
  revision: number
  /** The code of the refusal. */
  failed: string | null
}

/** Marks that were changed after they were given, and what was refused; of the latest lessons first, some twenty. Withdrawn marks are in no gradebook (`Withdrawn`). */
export function correctionsOf(book: Book): Correction[] {
  const found: Correction[] = []
  for (let column = book.lessons.length - 1; column >= 0 && found.length < MOST; column--) {
    for (const [row, pupil] of book.pupils.entries()) {
      const { marks, failed } = book.cell(keyOf(book.lessons[column]!.id, pupil.id))
      for (const { key, content, known, state } of marks) {
        const refused = state === 'failed' ? (failed?.code ?? null) : null
        if (refused !== null || (known?.revision ?? 1) > 1) {
          found.push({ key, row, column, value: content.value, mark: known && known.revision > 1 ? known.id : null, revision: known?.revision ?? 0, failed: refused })
        }
      }
      if (failed && !marks.some(({ state }) => state === 'failed')) found.push({ key: failed.key, row, column, value: null, mark: null, revision: 0, failed: failed.code })
    }
  }
  return found
}
