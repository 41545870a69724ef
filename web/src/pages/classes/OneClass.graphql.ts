import { graphql, type ResultOf } from '../../api/graphql'

export const ClassCoursesQuery = graphql(`
  query WebClassCourses($group: ID!, $school: ID!) {
    schoolCourses(classGroupId: $group, closed: true) { closed course { id subject { id name } group { name } teacher { id name } scale { id name } } }
    classPupilGroups(classGroupId: $group) { closed group { id division name } }
    schoolScales(schoolId: $school) { inUse scale { id name lowest highest } }
  }
`)

export const AddCourse = graphql(`
  mutation WebAddCourse($input: AddCourseInput!) {
    addCourse(input: $input) {
      __typename
      ... on SchoolCourse { closed }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ChangeCourseTeacher = graphql(`
  mutation WebChangeCourseTeacher($input: ChangeCourseTeacherInput!) {
    changeCourseTeacher(input: $input) {
      __typename
      ... on SchoolCourse { closed }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const SetCourseScale = graphql(`
  mutation WebSetCourseScale($input: SetCourseScaleInput!) {
    setCourseScale(input: $input) {
      __typename
      ... on Course { id }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const CloseCourse = graphql(`
  mutation WebCloseCourse($input: CloseCourseInput!) {
    closeCourse(input: $input) {
      __typename
      ... on SchoolCourse { closed }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const BellChoiceQuery = graphql(`
  query WebBellChoice($school: ID!) {
    bellSchedules(schoolId: $school) { id name closed }
  }
`)

export const SetClassBells = graphql(`
  mutation WebSetClassBells($group: ID!, $schedule: ID) {
    setClassBells(classGroupId: $group, scheduleId: $schedule) {
      __typename
      ... on ClassBells { scheduleId }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type OfClass = ResultOf<typeof ClassCoursesQuery>['schoolCourses'][number]
export type Divided = ResultOf<typeof ClassCoursesQuery>['classPupilGroups'][number]
export type Scale = ResultOf<typeof ClassCoursesQuery>['schoolScales'][number]['scale']
