import { graphql, type ResultOf } from '../../api/graphql'

export const HomeworkQuery = graphql(`
  query WebHomework($child: ID!, $since: Date!, $from: Date!, $to: Date!) {
    overdueHomework(childId: $child) { id date subject { name } text minutes links forSome revision doneAt files { id name size address } }
    homework(childId: $child, from: $from, to: $to) { id date subject { name } text minutes links forSome revision doneAt files { id name size address } }
    submissions(childId: $child, from: $since, to: $to) { id homeworkId text at state answer answeredBy { name } files { id name size address } }
  }
`)

export type Homework = ResultOf<typeof HomeworkQuery>['homework'][number]

export type Work = ResultOf<typeof HomeworkQuery>['submissions'][number]

export const SubmitHomework = graphql(`
  mutation WebSubmitHomework($input: SubmitHomeworkInput!) {
    submitHomework(input: $input) {
      __typename
      ... on Submission { id state }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const TickHomework = graphql(`
  mutation WebTickHomework($input: TickHomeworkInput!) {
    tickHomework(input: $input) {
      __typename
      ... on Homework { id doneAt }
      ... on Refusal { code retryAfter }
    }
  }
`)
