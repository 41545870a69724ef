import { graphql } from '../../api/graphql'

export const Acknowledge = graphql(`
  mutation WebAcknowledge($input: AcknowledgeInput!) {
    acknowledge(input: $input) {
      __typename
      ... on Acknowledged { acknowledgedAt }
      ... on Refusal { code retryAfter }
    }
  }
`)
