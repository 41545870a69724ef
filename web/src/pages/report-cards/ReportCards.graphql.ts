import { graphql } from '../../api/graphql'

export const ReportCardsQuery = graphql(`
  query WebReportCards {
    reportCardClasses { id name }
    terms { id schoolId name kind startsOn endsOn closedAt }
  }
`)
