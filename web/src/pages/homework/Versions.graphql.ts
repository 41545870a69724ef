import { graphql } from '../../api/graphql'

export const HomeworkHistoryQuery = graphql(`
  query WebHomeworkHistory($homework: ID!) {
    homeworkHistory(homeworkId: $homework) { revision text minutes links at by { name } }
  }
`)
