import type { Me } from './Me.graphql'
import { useMe } from './Session'

const ADMINISTRATION = ['OFFICE', 'HEAD']

/** The school that the account administers. The head sees what the office does; `isOffice` is who does it. */
export function useOffice(): { school: Me['grants'][number]['school']; isOffice: boolean; self: readonly string[] } {
  const { grants } = useMe()
  const mine = grants.filter(({ role }) => ADMINISTRATION.includes(role))
  const { school } = mine.find(({ role }) => role === 'OFFICE') ?? mine[0] ?? grants[0]!
  return { school, isOffice: mine.some(({ role }) => role === 'OFFICE'), self: grants.map(({ personId }) => personId) }
}
