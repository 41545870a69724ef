import { graphql, type ResultOf } from '../../api/graphql'

export const SignInMutation = graphql(`
  mutation WebSignIn($input: SignInInput!) {
    signIn(input: $input) {
      __typename
      ... on SignedIn { device }
      ... on SecondFactorNeeded { ticket }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const CompleteSignIn = graphql(`
  mutation WebCompleteSignIn($input: CompleteSignInInput!) {
    completeSignIn(input: $input) {
      __typename
      ... on SignedIn { device }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const StartPasskeySignIn = graphql(`
  mutation WebStartPasskeySignIn {
    startPasskeySignIn {
      __typename
      ... on PasskeyOptions { options }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const SignInWithPasskey = graphql(`
  mutation WebSignInWithPasskey($input: PasskeySignInInput!) {
    signInWithPasskey(input: $input) {
      __typename
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ProvidersQuery = graphql(`
  query WebProviders {
    signInProviders { name titleRu titleEn path }
  }
`)

export type Refusal = Extract<ResultOf<typeof CompleteSignIn>['completeSignIn'], { __typename: 'Refusal' }>
