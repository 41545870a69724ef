import { graphql } from '../api/graphql'

export const GiveMarks = graphql(`
  mutation WebGiveMarks($input: GiveMarksInput!) {
    giveMarks(input: $input) {
      __typename
      ... on GiveMarksResults {
        results {
          __typename
          ... on Mark { id revision value weight work comment retakeOf replaces ownWorkId withdrawnAt }
          ... on Refusal { code }
        }
      }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const CorrectMark = graphql(`
  mutation WebCorrectMark($input: CorrectMarkInput!) {
    correctMark(input: $input) {
      __typename
      ... on Mark { id revision value weight work comment retakeOf replaces ownWorkId withdrawnAt }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const WithdrawMark = graphql(`
  mutation WebWithdrawMark($input: WithdrawMarkInput!) {
    withdrawMark(input: $input) {
      __typename
      ... on Mark { id revision value weight work comment retakeOf replaces ownWorkId withdrawnAt }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RecordAttendance = graphql(`
  mutation WebRecordAttendance($input: RecordAttendanceInput!) {
    recordAttendance(input: $input) {
      __typename
      ... on AttendanceResults { results { __typename ... on Refusal { code } } }
      ... on Refusal { code retryAfter }
    }
  }
`)
