import { graphql } from '../../api/graphql'

export const AudienceQuery = graphql(`
  query WebAudience($whole: Boolean!) {
    classGroups @include(if: $whole) { id schoolId grade name }
    reportCardClasses @skip(if: $whole) { id schoolId name }
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
