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
      person { id name photo }
      classGroup { id name }
    }
  }
`)

export const SalesQuery = graphql(`
  query WebTillSales($till: ID!, $after: String) {
    tillSales(tillId: $till, first: 30, after: $after) {
      edges {
        cursor
        node {
          id happenedAt refunded withoutCard
          amount { minor currency }
          person { id name }
          items { name quantity price { minor currency } }
        }
      }
      pageInfo { hasNextPage }
    }
  }
`)

export const CustomersQuery = graphql(`
  query WebCustomers($till: ID!, $name: String!) {
    customers(tillId: $till, name: $name) {
      id name photo
      classGroup { id name }
      balance { minor currency }
      floor { minor currency }
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
export type Found = ResultOf<typeof CustomersQuery>['customers'][number]
/** Who is served: by a card that was presented, or without one. */
export type Served = Pick<Tap, 'id' | 'state' | 'reason' | 'balance' | 'floor' | 'person' | 'classGroup'> & { withoutCard?: true }
export type Sales = ResultOf<typeof SalesQuery>
export type Sale = Sales['tillSales']['edges'][number]['node']
export type SellInput = VariablesOf<typeof Sell>['input']
export type RefundInput = VariablesOf<typeof Refund>['input']
