import { graphql } from '../../api/graphql'

export const EnterQuery = graphql(`
  query WebEnterAbsence($school: ID!) {
    reportCardClasses { id name }
    absenceReasons(schoolId: $school) { id name }
  }
`)

export const EnterPupilsQuery = graphql(`
  query WebEnterAbsencePupils($group: ID!) {
    pupils(classGroupId: $group, first: 100) { edges { node { id name } } }
  }
`)
