import type { Me } from './Me.graphql'
import { useMe } from './Session'

type Grant = Me['grants'][number]

/** As whom the account teaches: its schools (the first stands for the day and the clock) and the persons it is there. Others who may look at a gradebook teach as nobody. */
export function useTeaching(): { school: Grant['school']; persons: readonly string[]; schoolOf: SchoolOf } {
  const { grants } = useMe()
  const teaching = grants.filter(({ role }) => role === 'TEACHER')
  const { school } = teaching[0] ?? grants[0]!
  return { school, persons: teaching.map(({ personId }) => personId), schoolOf: schoolsOf(teaching) }
}

type SchoolOf = (...persons: (string | undefined)[]) => string | undefined

/** What the school is called at which the first of these persons teaches; nothing where all of them are at one school, which goes without saying. */
export function schoolsOf(teaching: readonly { personId: string; school: { id: string; shortName: string } }[]): SchoolOf {
  const several = new Set(teaching.map(({ school }) => school.id)).size > 1
  return (...persons) => (several ? teaching.find(({ personId }) => persons.includes(personId))?.school.shortName : undefined)
}
