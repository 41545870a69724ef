import type { Known } from './Person.graphql'

const OF_STAFF = ['TEACHER', 'CANTEEN', 'GUARD', 'OFFICE'] as const
export type Invitable = 'GUARDIAN' | 'PUPIL' | (typeof OF_STAFF)[number]

/** To what the office may invite somebody: to what they are here now. */
export function rolesOf({ classGroup, position, isGuardian, leftOn }: Pick<Known, 'classGroup' | 'position' | 'isGuardian' | 'leftOn'>): Invitable[] {
  return [
    ...(isGuardian ? ['GUARDIAN' as const] : []),
    ...(classGroup && !leftOn ? ['PUPIL' as const] : []),
    ...(position !== null && !leftOn ? OF_STAFF : []),
  ]
}
