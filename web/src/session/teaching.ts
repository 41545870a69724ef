import type { Me } from './Me.graphql'
import { useMe } from './Session'

type Grant = Me['grants'][number]

/** As whom the account teaches: its schools (the first stands for the day and the clock) and the persons it is there. Others who may look at a gradebook teach as nobody. */
export function useTeaching(): { school: Grant['school']; persons: readonly string[] } {
  const { grants } = useMe()
  const teaching = grants.filter(({ role }) => role === 'TEACHER')
  const { school } = teaching[0] ?? grants[0]!
  return { school, persons: teaching.map(({ personId }) => personId) }
}
