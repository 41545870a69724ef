import { graphql, type ResultOf } from '../../api/graphql'

export const InvitationInfoQuery = graphql(`
  query WebInvitationInfo($code: String!) {
    invitationInfo(code: $code) { schoolId schoolName role }
  }
`)

export const AcceptInvitation = graphql(`
  mutation WebAcceptInvitation($input: AcceptInvitationInput!) {
    acceptInvitation(input: $input) {
      __typename
      ... on InvitationAccepted { invitation { role } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const SetPassword = graphql(`
  mutation WebSetPassword($input: SetPasswordInput!) {
    setPassword(input: $input) {
      __typename
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Info = ResultOf<typeof InvitationInfoQuery>['invitationInfo']
