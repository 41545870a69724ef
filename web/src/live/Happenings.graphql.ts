import { graphql, type ResultOf } from '../api/graphql'

export const HappeningsSubscription = graphql(`
  subscription WebHappenings($place: ID!, $after: String) {
    happenings(placeId: $place, after: $after) {
      __typename
      ... on StreamOpened { cursor }
      ... on StreamClosed { code cursor }
      ... on Refusal { code }
      ... on Happened { cursor late }
    }
  }
`)

export type Happened = Extract<ResultOf<typeof HappeningsSubscription>['happenings'], { __typename: 'Happened' }>
