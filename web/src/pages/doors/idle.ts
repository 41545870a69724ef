import type { Rule } from './Doors.graphql'

/** Why a rule that nobody has ended lets nobody pass: its class is none of this school year's, or its last day is over. Classes that are not known yet end none. */
export function idleOf(rule: Pick<Rule, 'classGroup' | 'validUntil'>, classes: ReadonlySet<string> | null, today: string): 'classEnded' | 'dateOver' | null {
  if (rule.classGroup && classes && !classes.has(rule.classGroup.id)) return 'classEnded'
  return rule.validUntil && rule.validUntil < today ? 'dateOver' : null
}
