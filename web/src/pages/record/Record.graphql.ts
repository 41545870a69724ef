import { graphql, type ResultOf } from '../../api/graphql'

export const RecordQuery = graphql(`
  query WebRecord($child: ID!, $after: String) {
    record(childId: $child, first: 50, after: $after) {
      edges { cursor node { date area action kind role own name position relation times firstAt lastAt } }
      pageInfo { hasNextPage }
    }
  }
`)

export type Lines = ResultOf<typeof RecordQuery>
export type Line = Lines['record']['edges'][number]['node']
