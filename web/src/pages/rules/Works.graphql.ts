import { graphql, type ResultOf } from '../../api/graphql'

export const SchoolWorksQuery = graphql(`
  query WebSchoolWorks($school: ID!) {
    ownWorks(schoolId: $school, retired: true) { id name work weight inUse }
  }
`)

export const AddWork = graphql(`
  mutation WebAddOwnWork($input: AddOwnWorkInput!) {
    addOwnWork(input: $input) {
      __typename
      ... on OwnWork { id }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ChangeWork = graphql(`
  mutation WebChangeOwnWork($input: ChangeOwnWorkInput!) {
    changeOwnWork(input: $input) {
      __typename
      ... on OwnWork { id }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type OwnWork = ResultOf<typeof SchoolWorksQuery>['ownWorks'][number]
