import type { Tap } from './Till.graphql'

/** As long as the service sells to a card that was presented. */
export const USABLE = 15 * 60_000

/** Whose card is shown. */
export interface Shown {
  chosen: string | null
  /** The newest card that was known at the last look. */
  newest: string | null
  /** Looked at all. */
  looked: boolean
}

export const NOBODY: Shown = { chosen: null, newest: null, looked: false }

/** The one who was just presented is shown at once, but nobody takes the place of a customer for whom something is rung up. */
export function heard(before: Shown, taps: readonly Tap[], rungUp: boolean): Shown {
  const [last] = taps
  const newest = last?.id ?? null
  if (before.looked && newest === before.newest) return before
  const served = taps.find(({ id }) => id === before.chosen)
  const stays = rungUp && served?.state === 'READY' && served.balance !== null
  const comes = last?.state === 'READY' || (last?.state === 'REFUSED' && before.looked)
  return { chosen: !stays && comes ? newest : before.chosen, newest, looked: true }
}

const who = (tap: Tap): string => tap.person?.id ?? tap.id

/** Who else has presented a card and waits, in their order. Of each the last time counts: whoever was served since waits no more. */
export function waiting(taps: readonly Tap[], chosen: string | null, sold: readonly string[], now: number): Tap[] {
  const served = taps.find(({ id }) => id === chosen)
  const last = new Map<string, Tap>()
  for (const tap of taps) if (!last.has(who(tap))) last.set(who(tap), tap)
  if (served) last.delete(who(served))
  return [...last.values()].filter(({ id, state, balance, happenedAt }) => state === 'READY' && balance !== null && !sold.includes(id) && now - Date.parse(happenedAt) < USABLE).reverse()
}

/** Who comes after this one: the first of those who came later. */
export function next(taps: readonly Tap[], served: Tap, sold: readonly string[], now: number): string | null {
  return waiting(taps, served.id, sold, now).find(({ happenedAt }) => happenedAt > served.happenedAt)?.id ?? null
}
