import type { Served } from './Till.graphql'

/** What a customer can pay: how the account stands, in a word. */
export type Standing = 'refused' | 'none' | 'overdraft' | 'low' | 'enough'

/** Below what is left of an account that soon will not do, in minor units: a day's meals. */
const LOW = 20_000

type Account = Pick<Served, 'state' | 'balance' | 'floor'>

export function standingOf({ state, balance, floor }: Account): Standing {
  if (state === 'REFUSED') return 'refused'
  if (!balance || !floor) return 'none'
  if (balance.minor < 0) return 'overdraft'
  return balance.minor - floor.minor < LOW ? 'low' : 'enough'
}

/** How much is missing for a sum; nothing where it can be paid. */
export const missing = ({ balance, floor }: Account, minor: number): number => Math.max(0, minor - ((balance?.minor ?? 0) - (floor?.minor ?? 0)))
