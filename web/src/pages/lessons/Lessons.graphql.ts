import { graphql, type ResultOf } from '../../api/graphql'

export const LessonsQuery = graphql(`
  query WebLessons($date: Date!) {
    myLessons(date: $date) { id courseId subject { name } classGroup { name } group { name } date bell bellStartsAt bellEndsAt room topic cancelled substituted startsAt movedFrom otherRoom merged teacher { id name } courseTeacher { id name } }
    holidays(from: $date, to: $date) { schoolId name }
  }
`)

export const UnfilledQuery = graphql(`
  query WebUnfilledRegisters($from: Date!, $to: Date!) {
    lessonsWithoutRegister(from: $from, to: $to, first: 20) {
      edges { node { pupils missing lesson { id courseId date bell subject { name } classGroup { name } group { name } } } }
    }
  }
`)

export const SetTopics = graphql(`
  mutation WebSetTopics($input: SetTopicsInput!) {
    setTopics(input: $input) {
      __typename
      ... on TopicResults { results { __typename ... on Lesson { id topic } ... on Refusal { code } } }
      ... on Refusal { code message retryAfter }
    }
  }
`)

export type Unfilled = ResultOf<typeof UnfilledQuery>['lessonsWithoutRegister']['edges'][number]['node']
export type OwnLesson = ResultOf<typeof LessonsQuery>['myLessons'][number]
