import { graphql, type ResultOf } from '../../api/graphql'

export const PassagesQuery = graphql(`
  query WebPassages($child: ID!, $after: String) {
    passages(personId: $child, first: 40, after: $after) {
      edges {
        cursor
        node { id direction happenedAt receivedAt late suspect door { id name } verdict { reason } }
      }
      pageInfo { hasNextPage }
    }
  }
`)

// A passage knows its door for ever; a tap finds it by what its reader stands for now, and is asked for where there is no passage.
export const TapsQuery = graphql(`
  query WebTaps($child: ID!, $after: String) {
    taps(personId: $child, first: 40, after: $after) {
      edges {
        cursor
        node { id direction happenedAt receivedAt late suspect reader door { id name } verdict { outcome reason } }
      }
      pageInfo { hasNextPage }
    }
  }
`)

export const LateQuery = graphql(`
  query WebLateArrivals($child: ID!, $from: Date!, $to: Date!) {
    lateArrivals(childId: $child, from: $from, to: $to) { passageId minutes }
  }
`)

export const CardsQuery = graphql(`
  query WebCards($child: ID!) {
    cards(personId: $child) { id state issuedAt blockedAt }
  }
`)

export const BlockCard = graphql(`
  mutation WebBlockCard($card: ID!) {
    blockCard(input: { cardId: $card }) {
      __typename
      ... on CardSaved { card { id state blockedAt } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Passages = ResultOf<typeof PassagesQuery>
export type Passage = Passages['passages']['edges'][number]['node']
export type Taps = ResultOf<typeof TapsQuery>
export type Tap = Taps['taps']['edges'][number]['node']
export type Card = ResultOf<typeof CardsQuery>['cards'][number]
