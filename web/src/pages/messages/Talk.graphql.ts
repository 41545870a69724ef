import { graphql, type ResultOf } from '../../api/graphql'

export const TalkQuery = graphql(`
  query WebTalk($child: ID!) {
    pupil(id: $child) { name givenName classGroup { name } }
    threads(childId: $child, first: 50) { edges { node { id teacherId messages unread teacherReadUpTo familyReadUpTo teacher { name } } } }
  }
`)

export const MessagesQuery = graphql(`
  query WebMessages($thread: ID!, $after: String) {
    messages(threadId: $thread, first: 30, after: $after) {
      edges { cursor node { id number own fromTeacher author text at withdrawnAt } }
      pageInfo { hasNextPage }
    }
  }
`)

export type Message = ResultOf<typeof MessagesQuery>['messages']['edges'][number]['node']

export const WriteMessage = graphql(`
  mutation WebWriteMessage($input: WriteMessageInput!) {
    writeMessage(input: $input) {
      __typename
      ... on Message { id threadId }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const WithdrawMessage = graphql(`
  mutation WebWithdrawMessage($input: WithdrawMessageInput!) {
    withdrawMessage(input: $input) {
      __typename
      ... on Message { id }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ReadThread = graphql(`
  mutation WebReadThread($input: ReadThreadInput!) {
    readThread(input: $input) {
      __typename
      ... on ThreadRead { upTo }
      ... on Refusal { code retryAfter }
    }
  }
`)
