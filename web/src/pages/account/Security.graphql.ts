import { graphql, type ResultOf } from '../../api/graphql'

export const SecurityQuery = graphql(`
  query WebSecurity {
    mySecurity { totp recoveryCodes required strong }
  }
`)

export const ChangePassword = graphql(`
  mutation WebChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) {
      __typename
      ... on Refusal { code retryAfter }
    }
  }
`)

export const StartTotp = graphql(`
  mutation WebStartTotp {
    startTotp {
      __typename
      ... on TotpStarted { secret uri }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ConfirmTotp = graphql(`
  mutation WebConfirmTotp($code: String!) {
    confirmTotp(code: $code) {
      __typename
      ... on RecoveryCodes { codes }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RenewRecoveryCodes = graphql(`
  mutation WebRenewRecoveryCodes($code: String!) {
    renewRecoveryCodes(code: $code) {
      __typename
      ... on RecoveryCodes { codes }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RemoveTotp = graphql(`
  mutation WebRemoveTotp($code: String!) {
    removeTotp(code: $code) {
      __typename
      ... on Refusal { code retryAfter }
    }
  }
`)

export const PasskeysQuery = graphql(`
  query WebPasskeys {
    mySecurity { passkeys { id name madeAt usedAt } }
  }
`)

export const StartPasskey = graphql(`
  mutation WebStartPasskey {
    startPasskey {
      __typename
      ... on PasskeyOptions { options }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const AddPasskey = graphql(`
  mutation WebAddPasskey($input: AddPasskeyInput!) {
    addPasskey(input: $input) {
      __typename
      ... on PasskeyAdded { passkey { id } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RemovePasskey = graphql(`
  mutation WebRemovePasskey($id: ID!) {
    removePasskey(id: $id) {
      __typename
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Passkey = ResultOf<typeof PasskeysQuery>['mySecurity']['passkeys'][number]
export type Security = ResultOf<typeof SecurityQuery>['mySecurity']
