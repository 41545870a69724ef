import type { AttendanceKind } from '../../unsent/entries'

type Bare<Name> = Name extends string ? { do: Name } : never

export type Action =
  | { do: 'move'; rows: number; columns: number }
  | Bare<'down' | 'up' | 'withdraw' | 'details' | 'add' | 'undo' | 'discard'>
  | { do: 'digit'; digit: string }
  | { do: 'letter'; letter: string }
  | { do: 'presence'; kind: AttendanceKind }

export interface Stroke {
  key: string
  ctrl: boolean
  alt: boolean
  shift: boolean
}

/** Farther than any gradebook. */
export const FAR = 10_000
const PAGE = 10
const MOVES: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -FAR], End: [0, FAR], PageUp: [-PAGE, 0], PageDown: [PAGE, 0],
}
const FARTHEST: Record<string, readonly [number, number]> = {
  ArrowUp: [-FAR, 0], ArrowDown: [FAR, 0], ArrowLeft: [0, -FAR], ArrowRight: [0, FAR], Home: [-FAR, -FAR], End: [FAR, FAR],
}
/** The Russian letter, the key that it is on where the keyboard is set to Latin, and the English letters. */
const LETTERS: Record<AttendanceKind, string> = { ABSENT: 'нyna', LATE: 'оjol', EXCUSED: 'уe', PRESENT: 'пgp' }

/** How a pupil attended, by one letter in either alphabet; null for any other. */
export function kindOf(letter: string): AttendanceKind | null {
  const small = letter.toLowerCase()
  return small.length === 1 ? ((Object.keys(LETTERS) as AttendanceKind[]).find((kind) => LETTERS[kind].includes(small)) ?? null) : null
}

/** What a key means in the gradebook; null for what is the browser's. `letters` are those of the scale's labels, which may mean a grade. */
export function actionOf({ key, ctrl, alt, shift }: Stroke, letters = ''): Action | null {
  if (ctrl && !alt) {
    if (!shift && ['z', 'я'].includes(key.toLowerCase())) return { do: 'undo' }
    const far = FARTHEST[key]
    return far ? { do: 'move', rows: far[0], columns: far[1] } : null
  }
  if (key === 'F2' || (alt && key === 'Enter')) return { do: 'details' }
  if (alt || ctrl) return null
  const move = MOVES[key]
  if (move) return { do: 'move', rows: move[0], columns: move[1] }
  if (key === 'Enter') return { do: shift ? 'up' : 'down' }
  if (key === 'Delete' || key === 'Backspace') return { do: 'withdraw' }
  if (key === 'Escape') return { do: 'discard' }
  if (key.length === 1 && letters.includes(key.toLowerCase())) return { do: 'letter', letter: key }
  if (key === '+') return { do: 'add' }
  if (/^\d$/.test(key)) return { do: 'digit', digit: key }
  const kind = kindOf(key)
  return kind && { do: 'presence', kind }
}
