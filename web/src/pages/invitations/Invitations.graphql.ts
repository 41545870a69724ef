import { graphql, type ResultOf } from '../../api/graphql'

export const InvitationsQuery = graphql(`
  query WebInvitations {
    invitations { id role expiresAt person { id name } }
  }
`)

export const Invite = graphql(`
  mutation WebInvite($input: InviteInput!) {
    invite(input: $input) {
      __typename
      ... on Invited { oneTimeCode invitation { id role expiresAt person { id name } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const InviteGuardians = graphql(`
  mutation WebInviteGuardians($group: ID!) {
    inviteGuardians(classGroupId: $group) {
      __typename
      ... on ClassInvited { invited { oneTimeCode invitation { id role expiresAt person { id name } } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const CancelInvitation = graphql(`
  mutation WebCancelInvitation($id: ID!) {
    cancelInvitation(id: $id) {
      __typename
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ResetPassword = graphql(`
  mutation WebResetPassword($person: ID!) {
    resetPassword(personId: $person) {
      __typename
      ... on PasswordReset { oneTimeCode }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Invitation = ResultOf<typeof InvitationsQuery>['invitations'][number]
