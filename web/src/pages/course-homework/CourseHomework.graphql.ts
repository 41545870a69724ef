import { graphql, type ResultOf } from '../../api/graphql'

export const CourseQuery = graphql(`
  query WebHomeworkCourse($course: ID!, $from: Date!, $to: Date!) {
    gradebook(courseId: $course, from: $from, to: $to) {
      course { id subject { name } classGroup { id name } group { name } teacher { id } }
      lessons { id date bell cancelled teacher { id } }
      pupils { person { id name } }
    }
  }
`)

export type Course = ResultOf<typeof CourseQuery>['gradebook']

export const CourseHomeworkQuery = graphql(`
  query WebCourseHomework($course: ID!, $from: Date!, $to: Date!) {
    courseHomework(courseId: $course, from: $from, to: $to) {
      homework { id lessonId date text minutes links forSome revision files { id name size address } }
      pupils
      done
      toAnswer
    }
  }
`)

export type Line = ResultOf<typeof CourseHomeworkQuery>['courseHomework'][number]

export const HomeworkPupilsQuery = graphql(`
  query WebHomeworkPupils($homework: ID!) {
    homeworkPupils(homeworkId: $homework) { person { id name } doneAt }
    homeworkSubmissions(homeworkId: $homework) { id pupilId text at state answer files { id name size address } }
  }
`)

export type Work = ResultOf<typeof HomeworkPupilsQuery>['homeworkSubmissions'][number]

export const AnswerSubmission = graphql(`
  mutation WebAnswerSubmission($input: AnswerSubmissionInput!) {
    answerSubmission(input: $input) { __typename ... on Submission { id state } ... on Refusal { code retryAfter } }
  }
`)

export const HomeworkLoadQuery = graphql(`
  query WebHomeworkLoad($group: ID!, $school: ID!, $from: Date!, $to: Date!) {
    homeworkLoad(classGroupId: $group, from: $from, to: $to) { date tasks minutes untold busiestMinutes }
    homeworkHour(schoolId: $school)
  }
`)

export type Load = ResultOf<typeof HomeworkLoadQuery>['homeworkLoad'][number]

export const SetHomework = graphql(`
  mutation WebSetHomework($input: SetHomeworkInput!) {
    setHomework(input: $input) { __typename ... on Homework { id } ... on Refusal { code message retryAfter } }
  }
`)

export const CorrectHomework = graphql(`
  mutation WebCorrectHomework($input: CorrectHomeworkInput!) {
    correctHomework(input: $input) { __typename ... on Homework { id revision } ... on Refusal { code message retryAfter } }
  }
`)

export const WithdrawHomework = graphql(`
  mutation WebWithdrawHomework($homework: ID!) {
    withdrawHomework(input: { homeworkId: $homework }) { __typename ... on Homework { id withdrawnAt } ... on Refusal { code retryAfter } }
  }
`)
