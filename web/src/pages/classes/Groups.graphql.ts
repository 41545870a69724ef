import { graphql, type ResultOf } from '../../api/graphql'

export const ClassGroupsQuery = graphql(`
  query WebClassGroups($group: ID!) {
    classPupilGroups(classGroupId: $group) { closed courses group { id division name } pupils { since person { id name } } }
    pupils(classGroupId: $group, first: 100) { edges { node { id name } } }
  }
`)

export const AddPupilGroup = graphql(`
  mutation WebAddPupilGroup($input: AddPupilGroupInput!) {
    addPupilGroup(input: $input) {
      __typename
      ... on OfficeGroup { closed }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const SetGroupPupils = graphql(`
  mutation WebSetGroupPupils($input: SetGroupPupilsInput!) {
    setGroupPupils(input: $input) {
      __typename
      ... on OfficeGroup { closed }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RenamePupilGroup = graphql(`
  mutation WebRenamePupilGroup($input: RenamePupilGroupInput!) {
    renamePupilGroup(input: $input) {
      __typename
      ... on OfficeGroup { closed }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ClosePupilGroup = graphql(`
  mutation WebClosePupilGroup($input: ClosePupilGroupInput!) {
    closePupilGroup(input: $input) {
      __typename
      ... on OfficeGroup { closed }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type OfDivision = ResultOf<typeof ClassGroupsQuery>['classPupilGroups'][number]
export type Classmate = ResultOf<typeof ClassGroupsQuery>['pupils']['edges'][number]['node']
