import { graphql } from '../../api/graphql'

// What the school asks of its staff it asks of its office and head, too.
export const StaffFactorQuery = graphql(`
  query WebStaffFactor {
    mySecurity { required strong }
  }
`)

export const RequireStaffFactor = graphql(`
  mutation WebRequireStaffFactor($input: RequireStaffFactorInput!) {
    requireStaffFactor(input: $input) {
      __typename
      ... on StaffFactorRule { required }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const HomeworkHourQuery = graphql(`
  query WebHomeworkHour($school: ID!) {
    homeworkHour(schoolId: $school)
  }
`)

export const SetHomeworkHour = graphql(`
  mutation WebSetHomeworkHour($input: SetHomeworkHourInput!) {
    setHomeworkHour(input: $input) {
      __typename
      ... on HomeworkHour { latest }
      ... on Refusal { code retryAfter }
    }
  }
`)
