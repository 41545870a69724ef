import { graphql, type ResultOf } from '../../api/graphql'

export const YearQuery = graphql(`
  query WebYear($school: ID!, $from: Date!, $to: Date!) {
    terms { id schoolId name kind startsOn endsOn closedAt }
    holidays(from: $from, to: $to) { id schoolId name startsOn endsOn }
    bells(schoolId: $school) { number startsAt endsAt }
  }
`)

export const AddTerm = graphql(`
  mutation WebAddTerm($input: AddTermInput!) {
    addTerm(input: $input) { __typename ... on Term { id } ... on Refusal { code retryAfter } }
  }
`)

export const ChangeTerm = graphql(`
  mutation WebChangeTerm($input: ChangeTermInput!) {
    changeTerm(input: $input) { __typename ... on Term { id } ... on Refusal { code retryAfter } }
  }
`)

export const AddHoliday = graphql(`
  mutation WebAddHoliday($input: AddHolidayInput!) {
    addHoliday(input: $input) { __typename ... on Holiday { id } ... on Refusal { code retryAfter } }
  }
`)

export const WithdrawHoliday = graphql(`
  mutation WebWithdrawHoliday($id: ID!) {
    withdrawHoliday(holidayId: $id) { __typename ... on Holiday { id } ... on Refusal { code retryAfter } }
  }
`)

export const SetBells = graphql(`
  mutation WebSetBells($input: SetBellsInput!) {
    setBells(input: $input) { __typename ... on Bells { bells { number startsAt endsAt } } ... on Refusal { code retryAfter } }
  }
`)

export type Year = ResultOf<typeof YearQuery>
export type Term = Year['terms'][number]
export type Holiday = Year['holidays'][number]
export type Bell = Year['bells'][number]
