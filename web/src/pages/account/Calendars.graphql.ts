import { graphql, type ResultOf } from '../../api/graphql'

export const CalendarsQuery = graphql(`
  query WebCalendars {
    myCalendarFeeds { id personId madeAt readAt }
  }
`)

export type Feed = ResultOf<typeof CalendarsQuery>['myCalendarFeeds'][number]

export const MakeCalendar = graphql(`
  mutation WebMakeCalendar($input: MakeCalendarFeedInput!) {
    makeCalendarFeed(input: $input) {
      __typename
      ... on CalendarFeedMade { address feed { id } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RevokeCalendar = graphql(`
  mutation WebRevokeCalendar($id: ID!) {
    revokeCalendarFeed(id: $id) {
      __typename
      ... on Done { done }
      ... on Refusal { code retryAfter }
    }
  }
`)
