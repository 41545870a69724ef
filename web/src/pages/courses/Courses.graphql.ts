import { graphql, type ResultOf } from '../../api/graphql'

export const CoursesQuery = graphql(`
  query WebCourses {
    myCourses { id subject { name } classGroup { id name } group { name } teacher { id } scale { lowest highest } }
  }
`)

export type OwnCourse = ResultOf<typeof CoursesQuery>['myCourses'][number]
