import { graphql, type ResultOf } from '../../api/graphql'

export const LessonsQuery = graphql(`
  query WebLessons($date: Date!) {
    myLessons(date: $date) { id courseId subject { name } classGroup { name } date bell bellStartsAt bellEndsAt room topic cancelled substituted startsAt movedFrom otherRoom merged teacher { name } courseTeacher { id name } }
  }
`)

export type OwnLesson = ResultOf<typeof LessonsQuery>['myLessons'][number]
