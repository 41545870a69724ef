import { graphql, type ResultOf } from '../../api/graphql'

export const PeopleQuery = graphql(`
  query WebPeople($search: String, $group: ID, $first: Int!, $after: String) {
    people(search: $search, classGroupId: $group, first: $first, after: $after) {
      edges { cursor node { id name photo position isGuardian hasCard leftOn classGroup { id name } } }
      pageInfo { hasNextPage }
    }
  }
`)

export const ClassesQuery = graphql(`
  query WebClasses {
    classGroups { id name }
  }
`)

export type People = ResultOf<typeof PeopleQuery>['people']
export type Known = People['edges'][number]['node']
