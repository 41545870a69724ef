import { graphql, type ResultOf } from '../../api/graphql'

export const MarksQuery = graphql(`
  query WebMarks($child: ID!, $first: Int!, $after: String) {
    marks(childId: $child, first: $first, after: $after) {
      edges { node { id subject { id name } date value weight work comment revision } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export const AveragesQuery = graphql(`
  query WebAverages($child: ID!) {
    averages(childId: $child) {
      subject { id name }
      scale { lowest highest }
      marks
      average { numerator denominator decimal }
    }
  }
`)

export const MarkHistoryQuery = graphql(`
  query WebMarkHistory($mark: ID!) {
    markHistory(markId: $mark) { revision action value weight work comment reason at by { name } }
  }
`)

export type Mark = ResultOf<typeof MarksQuery>['marks']['edges'][number]['node']
export type Average = ResultOf<typeof AveragesQuery>['averages'][number]
export type Revision = ResultOf<typeof MarkHistoryQuery>['markHistory'][number]
