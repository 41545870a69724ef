import { graphql } from '../../api/graphql'

export const MakeRemarks = graphql(`
  mutation WebMakeRemarks($input: MakeRemarksInput!) {
    makeRemarks(input: $input) {
      __typename
      ... on MakeRemarksResults { results { __typename ... on Remark { id } ... on Refusal { code } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const PupilRemarksQuery = graphql(`
  query WebPupilRemarks($child: ID!) {
    remarks(childId: $child, first: 20) { edges { node { id lessonId kind text givenAt givenBy { id } } } }
  }
`)
