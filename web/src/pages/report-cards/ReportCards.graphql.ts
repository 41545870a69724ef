import { graphql } from '../../api/graphql'

export const ReportCardsQuery = graphql(`
  query WebReportCards {
    terms { id schoolId name kind startsOn endsOn closedAt }
  }
`)

export const ReportCardClassesQuery = graphql(`
  query WebReportCardClasses($term: ID!) {
    reportCardClasses(termId: $term) { id name }
  }
`)
