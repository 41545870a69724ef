import { graphql, type ResultOf } from '../../api/graphql'

export const ClassesQuery = graphql(`
  query WebTimetableClasses($school: ID!) {
    classGroups { id name }
    bells(schoolId: $school) { number startsAt }
    bellSchedules(schoolId: $school) { id bells { number startsAt } }
    schoolClasses(schoolId: $school) { classGroup { id } bellScheduleId }
    terms { id schoolId name kind startsOn endsOn closedAt }
  }
`)

export const TimetableQuery = graphql(`
  query WebTimetable($group: ID!, $date: Date!) {
    timetable(classGroupId: $group, date: $date) {
      id startsOn until classGroup { id }
      slots { courseId weekday bell room weeks shared }
      courses { id subject { name } group { name division } teacher { name } }
    }
  }
`)

export const SetTimetable = graphql(`
  mutation WebSetTimetable($input: SetTimetableInput!) {
    setTimetable(input: $input) {
      __typename
      ... on Timetable { id startsOn }
      ... on TimetableClashes { clashes { slot code other { subject { name } classGroup { name } room } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const PlanLessons = graphql(`
  mutation WebPlanLessons($input: PlanLessonsInput!) {
    planLessons(input: $input) {
      __typename
      ... on LessonPlan { made kept moved removed stayed unmade firstUnmade { date bell room code subject { name } classGroup { name } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Bell = ResultOf<typeof ClassesQuery>['bells'][number]
export type Term = ResultOf<typeof ClassesQuery>['terms'][number]
export type Week = ResultOf<typeof TimetableQuery>['timetable']
export type Slot = Week['slots'][number]
export type Course = Week['courses'][number]
export type Clash = Extract<ResultOf<typeof SetTimetable>['setTimetable'], { __typename: 'TimetableClashes' }>['clashes'][number]
export type Plan = Extract<ResultOf<typeof PlanLessons>['planLessons'], { __typename: 'LessonPlan' }>
