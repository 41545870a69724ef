import { graphql } from '../../api/graphql'

export const AudienceQuery = graphql(`
  query WebAudience {
    classGroups { id grade name }
  }
`)

export const Announce = graphql(`
  mutation WebAnnounce($input: AnnounceInput!) {
    announce(input: $input) {
      __typename
      ... on Announcement { id }
      ... on Refusal { code retryAfter }
    }
  }
`)
