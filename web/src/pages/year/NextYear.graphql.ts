import { graphql, type ResultOf } from '../../api/graphql'

export const NextYearQuery = graphql(`
  query WebNextYear($input: NextSchoolYearInput!) {
    nextSchoolYear(input: $input) {
      classes { classGroup { id name } becomes leaves pupils }
      newcomers
      obstacles
      started { startsOn classes pupils leavers }
    }
  }
`)

export const StartYear = graphql(`
  mutation WebStartYear($input: StartSchoolYearInput!) {
    startSchoolYear(input: $input) {
      __typename
      ... on SchoolYear { startsOn classes pupils leavers courses }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Obstacle = ResultOf<typeof NextYearQuery>['nextSchoolYear']['obstacles'][number]
