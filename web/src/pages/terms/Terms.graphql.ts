import { graphql, type ResultOf } from '../../api/graphql'

export const TermsQuery = graphql(`
  query WebTerms {
    terms { id schoolId name kind startsOn endsOn closedAt }
  }
`)

export const TermSheetQuery = graphql(`
  query WebTermSheet($course: ID!, $term: ID!) {
    termSheet(courseId: $course, termId: $term) {
      course { id subject { name } classGroup { name } group { name } scale { lowest highest labels { value label } } teacher { id } }
      pupils {
        person { id name familyName givenName }
        leftOn
        marks
        average { numerator denominator decimal }
        suggestion
        decision { value label comment differs revision average { decimal } }
        parts { termId label }
        elsewhere
        elsewhereAverage { decimal }
      }
    }
  }
`)

export const DecideTermMarks = graphql(`
  mutation WebDecideTermMarks($input: DecideTermMarksInput!) {
    decideTermMarks(input: $input) {
      __typename
      ... on DecideTermMarksResults { results { __typename ... on TermMark { pupilId revision } ... on Refusal { code } } }
      ... on Refusal { code message retryAfter }
    }
  }
`)

export const TermProgressQuery = graphql(`
  query WebTermProgress($term: ID!, $first: Int!, $after: String) {
    termProgress(termId: $term, first: $first, after: $after) {
      edges { node { course { id subject { name } classGroup { name grade letter } group { name } teacher { name } } pupils decided } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export const TermOpeningsQuery = graphql(`
  query WebTermOpenings($term: ID!) {
    termOpenings(termId: $term) { id courseId until reason at by { name } }
  }
`)

export const CloseTerm = graphql(`
  mutation WebCloseTerm($term: ID!) {
    closeTerm(termId: $term) { __typename ... on TermClosed { closedAt } ... on Refusal { code message retryAfter } }
  }
`)

export const OpenTerm = graphql(`
  mutation WebOpenTerm($input: OpenTermInput!) {
    openTerm(input: $input) { __typename ... on TermOpening { id } ... on Refusal { code message retryAfter } }
  }
`)

export type Term = ResultOf<typeof TermsQuery>['terms'][number]
export type SheetRow = ResultOf<typeof TermSheetQuery>['termSheet']['pupils'][number]
export type Progress = ResultOf<typeof TermProgressQuery>['termProgress']['edges'][number]['node']
export type Opening = ResultOf<typeof TermOpeningsQuery>['termOpenings'][number]
