import { addDays } from '../../texts/formats'

export const LENGTHS = { week: 7, month: 30, term: 90 } as const
export type Length = keyof typeof LENGTHS

export interface Span {
  from: string
  to: string
}

/** The days that end at this one. */
export const spanOf = (to: string, length: Length): Span => ({ from: addDays(to, 1 - LENGTHS[length]), to })

/** The last day of the span before, or after; never later than today. */
export const turned = (to: string, length: Length, forth: boolean, today: string): string => [addDays(to, forth ? LENGTHS[length] : -LENGTHS[length]), today].sort()[0]!
