import { graphql, type ResultOf } from '../../api/graphql'

export const MarksQuery = graphql(`
  query WebMarks($child: ID!, $first: Int!, $after: String) {
    marks(childId: $child, first: $first, after: $after) {
      edges { node { id courseId subject { id name } date value label converted weight work comment revision retakeOf replaces counts acknowledgedAt ownWork { name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export const AveragesQuery = graphql(`
  query WebAverages($child: ID!) {
    terms { id schoolId kind startsOn }
    averages(childId: $child) {
      subject { id name }
      scale { lowest highest labels { value label } }
      marks
      average { numerator denominator decimal }
    }
  }
`)

export const TrendQuery = graphql(`
  query WebMarkTrend($child: ID!, $from: Date!, $to: Date!) {
    markTrend(childId: $child, from: $from, to: $to) {
      subject { id }
      scale { id lowest highest }
      weeks { week average { numerator denominator decimal } }
    }
  }
`)

export const TermMarksQuery = graphql(`
  query WebTermMarks($child: ID!) {
    terms { id schoolId name }
    termMarks(childId: $child) { termId courseId subject { id name } value label converted comment revision average { decimal } }
  }
`)

export const ForecastQuery = graphql(`
  query WebForecast($child: ID!, $course: ID!, $term: ID!, $marks: [ImaginedMark!]!, $target: Int) {
    forecast(childId: $child, courseId: $course, termId: $term, marks: $marks, target: $target) {
      average { decimal }
      makes
      needed { value count }
    }
  }
`)

export const MarkHistoryQuery = graphql(`
  query WebMarkHistory($mark: ID!) {
    markHistory(markId: $mark) { revision action value label weight work ownWork { name } comment reason at by { name } }
  }
`)

export const TermMarkHistoryQuery = graphql(`
  query WebTermMarkHistory($child: ID!, $course: ID!, $term: ID!) {
    termMarkHistory(childId: $child, courseId: $course, termId: $term) { revision label average { decimal } comment reason at by { name } }
  }
`)

export type Mark = ResultOf<typeof MarksQuery>['marks']['edges'][number]['node']
export type Average = ResultOf<typeof AveragesQuery>['averages'][number]
export type Term = ResultOf<typeof TermMarksQuery>['terms'][number]
export type TermMark = ResultOf<typeof TermMarksQuery>['termMarks'][number]
export type Revision = ResultOf<typeof MarkHistoryQuery>['markHistory'][number]
export type Trend = ResultOf<typeof TrendQuery>['markTrend'][number]
