import { graphql, type ResultOf } from '../../api/graphql'

export const ClassesQuery = graphql(`
  query WebStatisticsClasses { classGroups { id name } }
`)

export const AttendanceFiguresQuery = graphql(`
  query WebAttendanceFigures($school: ID!, $group: ID, $from: Date!, $to: Date!) {
    attendanceFigures(schoolId: $school, classGroupId: $group, from: $from, to: $to) {
      days { date counts { present late absent excused } }
      classes { classGroup { id name } counts { present late absent excused } }
    }
  }
`)

export const MarkFiguresQuery = graphql(`
  query WebMarkFigures($school: ID!, $group: ID, $from: Date!, $to: Date!) {
    markFigures(schoolId: $school, classGroupId: $group, from: $from, to: $to) {
      weeks { week counts { scale { name } average { decimal } values { value label count } } }
      classes { classGroup { id name } counts { scale { name } average { decimal } values { value label count } } }
      subjects { subject { id name } counts { scale { name } average { decimal } values { value label count } } }
    }
  }
`)

export const MealFiguresQuery = graphql(`
  query WebMealFigures($school: ID!, $from: Date!, $to: Date!) {
    mealFigures(schoolId: $school, from: $from, to: $to) { date till { id name } sold sum { minor currency } }
  }
`)

export type AttendanceFigures = ResultOf<typeof AttendanceFiguresQuery>['attendanceFigures']
export type AttendanceCounts = AttendanceFigures['days'][number]['counts']
export type MarkFigures = ResultOf<typeof MarkFiguresQuery>['markFigures']
export type MarkCounts = MarkFigures['weeks'][number]['counts']
export type TillDay = ResultOf<typeof MealFiguresQuery>['mealFigures'][number]
