import { graphql, type ResultOf } from '../../api/graphql'

export const AbsenceQuery = graphql(`
  query WebAbsence($child: ID!, $from: Date!, $to: Date!) {
    childAttendance(childId: $child, from: $from, to: $to) {
      minutesLate
      counts { present late absent excused }
      reasons { count reason { id name } }
      subjects { subject { id name } counts { present late absent excused } }
    }
    absenceNotices(childId: $child, first: 30) {
      edges { node { id startsOn endsOn bells state words answer reason { id name } sentBy { id } answeredBy { name } files { id name size address } } }
    }
  }
`)

export const ReasonsQuery = graphql(`
  query WebAbsenceReasons($school: ID!) {
    absenceReasons(schoolId: $school) { id name sign excused }
  }
`)

export const SendNotice = graphql(`
  mutation WebSendAbsenceNotice($input: SendAbsenceNoticeInput!) {
    sendAbsenceNotice(input: $input) {
      __typename
      ... on AbsenceNotice { id }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const WithdrawNotice = graphql(`
  mutation WebWithdrawAbsenceNotice($notice: ID!) {
    withdrawAbsenceNotice(input: { noticeId: $notice }) {
      __typename
      ... on AbsenceNotice { id state }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Attended = ResultOf<typeof AbsenceQuery>['childAttendance']
export type Notice = ResultOf<typeof AbsenceQuery>['absenceNotices']['edges'][number]['node']
