import { graphql, type ResultOf } from '../../api/graphql'

export const GradebookQuery = graphql(`
  query WebGradebook($course: ID!, $from: Date!, $to: Date!) {
    gradebook(courseId: $course, from: $from, to: $to) {
      course { id subject { name } classGroup { name } group { name } scale { lowest highest counts labels { value label } } teacher { id } }
      lessons { id date bell startsAt topic cancelled teacher { id } }
      pupils {
        person { id familyName givenName }
        leftOn
        marks { id lessonId value weight work comment revision }
        attendance { lessonId kind minutesLate reasonId }
      }
      announced { pupilId lessonId accepted reason { id name sign excused } }
      reasons { id name sign }
      ofOwnWork { markId ownWorkId }
      retakes { markId retakeOf replaces }
      replaced
      works { id name work weight inUse }
    }
  }
`)

export type GradebookData = ResultOf<typeof GradebookQuery>['gradebook']
export type Announced = GradebookData['announced'][number]
export type Reason = GradebookData['reasons'][number]
export type OwnWork = GradebookData['works'][number]
export type Lesson = GradebookData['lessons'][number]
export type Pupil = GradebookData['pupils'][number]['person']
export type Work = GradebookData['pupils'][number]['marks'][number]['work']
