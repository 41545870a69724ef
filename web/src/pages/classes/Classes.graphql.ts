import { graphql, type ResultOf } from '../../api/graphql'

export const SchoolClassesQuery = graphql(`
  query WebSchoolClasses($school: ID!) {
    schoolClasses(schoolId: $school) { classGroup { id name } teacher { id name } pupils courses bellScheduleId }
  }
`)

export const StaffQuery = graphql(`
  query WebStaff($after: String) {
    people(staff: true, first: 100, after: $after) { edges { cursor node { id name position } } pageInfo { hasNextPage } }
  }
`)

export const SubjectsQuery = graphql(`
  query WebSubjects($school: ID!) {
    subjects(schoolId: $school, retired: true) { id name inUse }
  }
`)

export const AddClassGroup = graphql(`
  mutation WebAddClassGroup($input: AddClassGroupInput!) {
    addClassGroup(input: $input) {
      __typename
      ... on LedClass { classGroup { id } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ChangeClassTeacher = graphql(`
  mutation WebChangeClassTeacher($input: ChangeClassTeacherInput!) {
    changeClassTeacher(input: $input) {
      __typename
      ... on LedClass { classGroup { id } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const AddSubject = graphql(`
  mutation WebAddSubject($input: AddSubjectInput!) {
    addSubject(input: $input) {
      __typename
      ... on SchoolSubject { id }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ChangeSubject = graphql(`
  mutation WebChangeSubject($input: ChangeSubjectInput!) {
    changeSubject(input: $input) {
      __typename
      ... on SchoolSubject { id }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const AddStaff = graphql(`
  mutation WebAddStaff($input: AddStaffInput!) {
    addStaff(input: $input) {
      __typename
      ... on PeopleAdded { results { __typename ... on Person { id } ... on Refusal { code } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const EnrolPupils = graphql(`
  mutation WebEnrolPupils($input: EnrolPupilsInput!) {
    enrolPupils(input: $input) {
      __typename
      ... on PeopleAdded { results { __typename ... on Person { id } ... on Refusal { code } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type OfSchool = ResultOf<typeof SchoolClassesQuery>['schoolClasses'][number]
export type OfStaff = ResultOf<typeof StaffQuery>['people']['edges'][number]['node']
export type OneSubject = ResultOf<typeof SubjectsQuery>['subjects'][number]
