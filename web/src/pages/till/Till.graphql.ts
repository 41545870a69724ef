import { graphql, type ResultOf, type VariablesOf } from '../../api/graphql'

export const TillsQuery = graphql(`
  query WebTills { tills { id name } }
`)

export const TapsQuery = graphql(`
  query WebTillTaps($till: ID!) {
    tillTaps(tillId: $till, first: 20) {
      id state reason happenedAt
      balance { minor currency }
      floor { minor currency }
      person { id name }
      classGroup { id name }
    }
  }
`)

export const SalesQuery = graphql(`
  query WebTillSales($till: ID!, $after: String) {
    tillSales(tillId: $till, first: 20, after: $after) {
      edges {
        cursor
        node {
          id happenedAt refunded
          amount { minor currency }
          person { id name }
          items { name quantity }
        }
      }
      pageInfo { hasNextPage }
    }
  }
`)

export const Sell = graphql(`
  mutation WebSell($input: SellInput!) {
    sell(input: $input) {
      __typename
      ... on Sold { transfer { id amount { minor currency } balanceAfter { minor currency } } }
      ... on Refusal { code }
    }
  }
`)

export const Refund = graphql(`
  mutation WebRefund($input: RefundInput!) {
    refund(input: $input) {
      __typename
      ... on Refunded { transfer { id amount { minor currency } balanceAfter { minor currency } } }
      ... on Refusal { code }
    }
  }
`)

export type Tap = ResultOf<typeof TapsQuery>['tillTaps'][number]
export type Sales = ResultOf<typeof SalesQuery>
export type Sale = Sales['tillSales']['edges'][number]['node']
export type SellInput = VariablesOf<typeof Sell>['input']
export type RefundInput = VariablesOf<typeof Refund>['input']
