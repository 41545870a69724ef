import { graphql, type ResultOf } from '../../api/graphql'

export const RegisterChangesQuery = graphql(`
  query WebRegisterChanges($course: ID!, $from: Date!, $to: Date!) {
    registerChanges(courseId: $course, from: $from, to: $to) {
      lessonId
      pupilId
      pupil { familyName givenName }
      old { kind minutesLate at reason { name } by { name } }
      new { kind minutesLate at reason { name } by { name } }
    }
  }
`)

export type Entry = ResultOf<typeof RegisterChangesQuery>['registerChanges'][number]['old']
