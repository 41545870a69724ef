import { graphql, type ResultOf } from '../../api/graphql'

export const SessionsQuery = graphql(`
  query WebSessions {
    mySessions { id kind madeAt seenAt client current }
  }
`)

export type Session = ResultOf<typeof SessionsQuery>['mySessions'][number]

export const EndSession = graphql(`
  mutation WebEndSession($id: ID!) {
    revokeSession(id: $id) {
      __typename
      ... on SessionsRevoked { revoked }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const EndOtherSessions = graphql(`
  mutation WebEndOtherSessions {
    revokeOtherSessions {
      __typename
      ... on SessionsRevoked { revoked }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const SignOut = graphql(`
  mutation WebSignOut {
    signOut {
      __typename
      ... on Refusal { code retryAfter }
    }
  }
`)
