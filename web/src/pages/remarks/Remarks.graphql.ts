import { graphql } from '../../api/graphql'

export const MakeRemarks = graphql(`
  mutation WebMakeRemarks($input: MakeRemarksInput!) {
    makeRemarks(input: $input) {
      __typename
      ... on MakeRemarksResults { results { __typename ... on Refusal { code } } }
      ... on Refusal { code retryAfter }
    }
  }
`)
