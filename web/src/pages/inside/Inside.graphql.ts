import { graphql, type ResultOf } from '../../api/graphql'

export const ClassPresenceQuery = graphql(`
  query WebClassPresence {
    classPresence { classGroup { id name } pupils inside }
  }
`)

export const ClassQuery = graphql(`
  query WebClassWhereabouts($classGroup: ID!) {
    presence(classGroupId: $classGroup) { inside changedAt door { name } person { id name } }
  }
`)

export const StaffQuery = graphql(`
  query WebStaffPresence {
    staffPresence { inside changedAt position door { name } person { id name } }
  }
`)

export const WhereaboutsQuery = graphql(`
  query WebWhereabouts($search: String!) {
    whereabouts(search: $search, first: 20) { inside changedAt position classGroup { name } door { name } person { id name } }
  }
`)

export const PlacesQuery = graphql(`
  query WebWatchedDoors {
    doors { id antiPassback }
  }
`)

export type ClassPresence = ResultOf<typeof ClassPresenceQuery>['classPresence'][number]
/** Where somebody is, with their class or position where it is not said by the list that they stand in. */
export type Whereabouts = ResultOf<typeof ClassQuery>['presence'][number] & { position?: string | null; classGroup?: { name: string } | null }
