import { graphql, type ResultOf } from '../../api/graphql'

export const AtRiskQuery = graphql(`
  query WebPupilsAtRisk($school: ID!, $from: Date!, $to: Date!, $after: String) {
    pupilsAtRisk(schoolId: $school, from: $from, to: $to, after: $after) {
      edges {
        cursor
        node {
          person { id familyName givenName }
          course { id subject { name } classGroup { name } group { name } }
          marks
          average { decimal }
          recent { decimal }
          earlier { decimal }
          low
          falling
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export const OwnCoursesQuery = graphql(`
  query WebCoursesOfTrends {
    myCourses { id subject { name } classGroup { name } group { name } scale { lowest } }
  }
`)

export const CourseTrendQuery = graphql(`
  query WebCourseTrend($course: ID!, $from: Date!, $to: Date!) {
    courseTrend(courseId: $course, from: $from, to: $to) {
      weeks { week average { decimal } values { value label count } }
    }
  }
`)

export type AtRiskData = ResultOf<typeof AtRiskQuery>
export type Pupil = AtRiskData['pupilsAtRisk']['edges'][number]['node']
export type CourseWeek = ResultOf<typeof CourseTrendQuery>['courseTrend']['weeks'][number]
