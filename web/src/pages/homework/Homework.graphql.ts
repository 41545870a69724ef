import { graphql, type ResultOf } from '../../api/graphql'

export const HomeworkQuery = graphql(`
  query WebHomework($child: ID!, $from: Date!, $to: Date!) {
    overdueHomework(childId: $child) { id date subject { name } text minutes links forSome doneAt }
    homework(childId: $child, from: $from, to: $to) { id date subject { name } text minutes links forSome doneAt }
  }
`)

export type Homework = ResultOf<typeof HomeworkQuery>['homework'][number]

export const TickHomework = graphql(`
  mutation WebTickHomework($input: TickHomeworkInput!) {
    tickHomework(input: $input) {
      __typename
      ... on Homework { id doneAt }
      ... on Refusal { code retryAfter }
    }
  }
`)
