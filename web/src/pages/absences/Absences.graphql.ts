import { graphql, type ResultOf } from '../../api/graphql'

export const ReceivedQuery = graphql(`
  query WebReceivedAbsences($waiting: Boolean!, $after: String) {
    receivedAbsenceNotices(waiting: $waiting, first: 30, after: $after) {
      edges {
        cursor
        node { id childId startsOn endsOn bells state words answer sentAt child { name } classGroup { name } reason { id name excused } sentBy { name } answeredBy { name } files { id name size address } }
      }
      pageInfo { hasNextPage }
    }
  }
`)

export const AnswerNotice = graphql(`
  mutation WebAnswerAbsenceNotice($input: AnswerAbsenceNoticeInput!) {
    answerAbsenceNotice(input: $input) {
      __typename
      ... on AbsenceNotice { id state }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const SpreadAbsence = graphql(`
  mutation WebSpreadAbsence($input: SpreadAbsenceInput!) {
    spreadAbsence(input: $input) {
      __typename
      ... on AbsenceSpread {
        written unchanged ahead
        contradictions { lesson { id date bell subject { name } } attendance { kind minutesLate } }
      }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Received = ResultOf<typeof ReceivedQuery>
export type Notice = Received['receivedAbsenceNotices']['edges'][number]['node']
export type Spread = Extract<ResultOf<typeof SpreadAbsence>['spreadAbsence'], { __typename: 'AbsenceSpread' }>
