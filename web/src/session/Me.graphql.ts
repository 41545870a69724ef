import { graphql, type ResultOf } from '../api/graphql'

export const MeQuery = graphql(`
  query WebMe {
    me {
      accountId
      login
      children {
        id
        givenName
        familyName
        name
        open
        classGroup { name }
        school { id shortName timeZone today }
      }
      grants { school { id shortName timeZone today } personId role }
    }
    unreadMessages
  }
`)

export type Me = NonNullable<ResultOf<typeof MeQuery>['me']>
export type Child = Me['children'][number]
export type Role = Me['grants'][number]['role']
