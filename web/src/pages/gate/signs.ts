import type { IconName } from '../../shell/icons'
import type { DoorTap } from './Gate.graphql'

const TOLD = ['ALREADY_INSIDE', 'NOT_INSIDE', 'UNKNOWN_READER', 'UNKNOWN_CARD', 'CARD_BLOCKED', 'NO_RIGHT', 'NOT_NOW', 'NO_LIST'] as const

/** The reason of a verdict, of those that there are words for. */
export const reasonOf = (reason: string): (typeof TOLD)[number] | 'other' => TOLD.find((one) => one === reason) ?? 'other'

/** A tap as a guard needs it: let through, let through with something odd about it, or refused; which way; and why, if not as usual. */
export interface Sign {
  kind: 'good' | 'odd' | 'bad'
  word: 'IN' | 'OUT' | 'REFUSED' | 'PASSED'
  icon: IconName
  reason: string | null
}

export function signOf({ direction, verdict: { outcome, reason } }: Pick<DoorTap, 'direction' | 'verdict'>): Sign {
  if (outcome === 'REFUSE') return { kind: 'bad', word: 'REFUSED', icon: 'stop', reason }
  const icon = direction === 'OUT' ? 'leave' : 'enter'
  return { kind: reason === 'OK' ? 'good' : 'odd', word: direction ?? 'PASSED', icon, reason: reason === 'OK' ? null : reason }
}

/** What made the moment uncertain, or late. */
export const doubtsOf = ({ late, suspect }: Pick<DoorTap, 'late' | 'suspect'>): ('late' | 'suspect')[] => [...(late ? ['late' as const] : []), ...(suspect ? ['suspect' as const] : [])]
