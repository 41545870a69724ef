import { graphql, type ResultOf } from '../../api/graphql'

export const SchoolReasonsQuery = graphql(`
  query WebSchoolReasons($school: ID!) {
    absenceReasons(schoolId: $school, retired: true) { id name sign excused inUse }
  }
`)

export const AddReason = graphql(`
  mutation WebAddAbsenceReason($input: AddAbsenceReasonInput!) {
    addAbsenceReason(input: $input) {
      __typename
      ... on AbsenceReason { id name sign excused inUse }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ChangeReason = graphql(`
  mutation WebChangeAbsenceReason($input: ChangeAbsenceReasonInput!) {
    changeAbsenceReason(input: $input) {
      __typename
      ... on AbsenceReason { id name sign excused inUse }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Reason = ResultOf<typeof SchoolReasonsQuery>['absenceReasons'][number]
