import { graphql, type ResultOf } from '../../api/graphql'

export const DoorsQuery = graphql(`
  query WebDoorsAndReaders {
    doors { id name antiPassback }
    tills { id name }
    devices { id kind name revokedAt readers { name doorId direction tillId } }
  }
`)

export const DoorRulesQuery = graphql(`
  query WebDoorRules($ended: Boolean!, $after: String) {
    doorRules(ended: $ended, first: 50, after: $after) {
      edges {
        cursor
        node {
          id audience direction weekdays startsAt endsAt validFrom validUntil madeAt endedAt
          door { id name }
          classGroup { id name }
          person { id name }
        }
      }
      pageInfo { hasNextPage }
    }
  }
`)

/** This school year's, of all schools of the viewer. */
export const DoorClassesQuery = graphql(`
  query WebDoorClasses {
    classGroups { id }
  }
`)

export const RuleClassesQuery = graphql(`
  query WebRuleClasses($school: ID!) {
    schoolClasses(schoolId: $school) { classGroup { id name } }
  }
`)

export const AddDoor = graphql(`
  mutation WebAddDoor($input: AddDoorInput!) {
    addDoor(input: $input) {
      __typename
      ... on DoorAdded { door { id name antiPassback } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const BindReader = graphql(`
  mutation WebBindReader($input: BindReaderInput!) {
    bindReader(input: $input) {
      __typename
      ... on ReaderBound { reader direction }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const AddDoorRule = graphql(`
  mutation WebAddDoorRule($input: AddDoorRuleInput!) {
    addDoorRule(input: $input) {
      __typename
      ... on DoorRuleAdded { rule { id } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const EndDoorRule = graphql(`
  mutation WebEndDoorRule($rule: ID!) {
    endDoorRule(input: { ruleId: $rule }) {
      __typename
      ... on DoorRuleEnded { rule { id } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Known = ResultOf<typeof DoorsQuery>
export type Door = Known['doors'][number]
export type Device = Known['devices'][number]
export type Reader = Device['readers'][number]
export type Rule = ResultOf<typeof DoorRulesQuery>['doorRules']['edges'][number]['node']
export type Weekday = Rule['weekdays'][number]
export type Direction = NonNullable<Rule['direction']>
