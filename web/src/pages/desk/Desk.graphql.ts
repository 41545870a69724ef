import { graphql, type ResultOf } from '../../api/graphql'

export const DesksQuery = graphql(`
  query WebDesks {
    devices { id kind name revokedAt }
  }
`)

export const DeskTapsQuery = graphql(`
  query WebDeskTaps($desk: ID!) {
    deskTaps(deviceId: $desk, first: 10) { id happenedAt state person { id name } }
  }
`)

export const IssueCard = graphql(`
  mutation WebIssueCard($input: IssueCardInput!) {
    issueCard(input: $input) {
      __typename
      ... on CardSaved { card { id state } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type DeskTap = ResultOf<typeof DeskTapsQuery>['deskTaps'][number]
export type Device = ResultOf<typeof DesksQuery>['devices'][number]
