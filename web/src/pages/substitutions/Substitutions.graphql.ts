import { graphql, type ResultOf } from '../../api/graphql'

export const DayQuery = graphql(`
  query WebDayLessons($school: ID!, $date: Date!) {
    dayLessons(schoolId: $school, date: $date) {
      id date bell startsAt endsAt room cancelled substituted movedFrom otherRoom merged revision
      subject { id name } classGroup { id name } group { name } teacher { id name } courseTeacher { id name }
    }
  }
`)

export const TeachersQuery = graphql(`
  query WebTeachers($school: ID!, $date: Date!) {
    teachers(schoolId: $school, date: $date) { person { id name } subjectIds classGroupIds }
  }
`)

export const JournalQuery = graphql(`
  query WebSubstitutions($school: ID!, $date: Date!) {
    substitutions(schoolId: $school, date: $date) {
      id at reason by { name } subject { name } classGroup { name }
      old { date bell room cancelled merged teacher { name } } new { date bell room cancelled merged teacher { name } }
    }
  }
`)

export const Substitute = graphql(`
  mutation WebSubstitute($input: SubstituteInput!) {
    substitute(input: $input) {
      __typename
      ... on SubstituteResults { results { __typename ... on Lesson { id revision } ... on Refusal { code } } }
      ... on Refusal { code }
    }
  }
`)

export type Lesson = ResultOf<typeof DayQuery>['dayLessons'][number]
export type Teacher = ResultOf<typeof TeachersQuery>['teachers'][number]
export type Entry = ResultOf<typeof JournalQuery>['substitutions'][number]
export type Place = Entry['old']
