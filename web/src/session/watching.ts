import type { Me } from './Me.graphql'
import { useMe } from './Session'

const WATCHERS = ['GUARD', 'OFFICE', 'HEAD', 'TEACHER'] as const

/** The school at whose doors the account watches; the first of several stands for the day and the clock. */
export function useWatching(): Me['grants'][number]['school'] {
  const { grants } = useMe()
  const watching = WATCHERS.flatMap((role) => grants.filter((grant) => grant.role === role))
  return (watching[0] ?? grants[0]!).school
}
