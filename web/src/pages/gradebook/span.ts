import { addDays } from '../../texts/formats'

const BEFORE = 83
const AFTER = 14

export interface Span {
  from: string
  to: string
}

/** The twelve weeks that end today, or the ones around another day; nothing is shown of what is to come, for nothing can be written there. */
export function spanAround(date: string, today: string): Span {
  const to = [addDays(date, AFTER), today].sort()[0]!
  return { from: addDays(to, -BEFORE), to }
}

/** The weeks before, or after, with some overlap. */
export function moved({ from, to }: Span, forth: boolean, today: string): Span {
  return forth ? spanAround(addDays(to, BEFORE - AFTER), today) : { from: addDays(from, AFTER - BEFORE), to: addDays(from, AFTER) }
}
