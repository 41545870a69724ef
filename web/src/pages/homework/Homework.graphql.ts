import { graphql, type ResultOf } from '../../api/graphql'

export const HomeworkQuery = graphql(`
  query WebHomework($child: ID!, $from: Date!, $to: Date!) {
    homework(childId: $child, from: $from, to: $to) { id date subject { name } text }
  }
`)

export type Homework = ResultOf<typeof HomeworkQuery>['homework'][number]
