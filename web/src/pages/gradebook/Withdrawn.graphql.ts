import { graphql } from '../../api/graphql'

export const WithdrawnMarksQuery = graphql(`
  query WebWithdrawnMarks($course: ID!, $from: Date!, $to: Date!) {
    withdrawnMarks(courseId: $course, from: $from, to: $to) {
      at
      reason
      by { name }
      pupil { id familyName givenName }
      mark { id lessonId date label revision }
    }
  }
`)
