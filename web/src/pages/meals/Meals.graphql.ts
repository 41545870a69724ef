import { graphql, type ResultOf } from '../../api/graphql'

export const AccountQuery = graphql(`
  query WebMealAccount($child: ID!) {
    mealAccount(childId: $child) { id balance { minor currency } floor { minor currency } }
  }
`)

export const HistoryQuery = graphql(`
  query WebMealHistory($child: ID!, $after: String) {
    mealHistory(childId: $child, first: 30, after: $after) {
      edges {
        cursor
        node {
          id kind happenedAt note refunded refundOfId withoutCard
          amount { minor currency }
          balanceAfter { minor currency }
          till { id name }
          items { name quantity price { minor currency } }
        }
      }
      pageInfo { hasNextPage }
    }
  }
`)

export const TopUp = graphql(`
  mutation WebTopUp($input: TopUpInput!) {
    topUp(input: $input) {
      __typename
      ... on ToppedUp { transfer { id } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Account = ResultOf<typeof AccountQuery>['mealAccount']
export type History = ResultOf<typeof HistoryQuery>
export type Transfer = History['mealHistory']['edges'][number]['node']
