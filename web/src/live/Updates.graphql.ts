import { graphql, type ResultOf } from '../api/graphql'

export const UpdatesSubscription = graphql(`
  subscription WebUpdates($after: String) {
    updates(after: $after) {
      __typename
      ... on StreamOpened { cursor }
      ... on StreamClosed { code cursor }
      ... on Refusal { code }
      ... on Update { cursor childId occurredAt late }
      ... on MarkGiven { label subject { name } }
      ... on Passed { direction }
    }
  }
`)

export type Message = ResultOf<typeof UpdatesSubscription>['updates']
export type Update = Extract<Message, { childId: string }>
