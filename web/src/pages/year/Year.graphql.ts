import { graphql, type ResultOf } from '../../api/graphql'

export const YearQuery = graphql(`
  query WebYear($school: ID!, $from: Date!, $today: Date!, $to: Date!) {
    terms { id schoolId name kind startsOn endsOn closedAt }
    holidays(from: $from, to: $to) { id schoolId name startsOn endsOn }
    bells(schoolId: $school) { number startsAt endsAt }
    bellSchedules(schoolId: $school) { id name closed bells { number startsAt endsAt } }
    bellDays(from: $today, to: $to) { schoolId date usualScheduleId scheduleId }
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

export const AddBellSchedule = graphql(`
  mutation WebAddBellSchedule($input: AddBellScheduleInput!) {
    addBellSchedule(input: $input) { __typename ... on BellSchedule { id } ... on Refusal { code retryAfter } }
  }
`)

export const RenameBellSchedule = graphql(`
  mutation WebRenameBellSchedule($id: ID!, $name: String!) {
    renameBellSchedule(scheduleId: $id, name: $name) { __typename ... on BellSchedule { id } ... on Refusal { code retryAfter } }
  }
`)

export const CloseBellSchedule = graphql(`
  mutation WebCloseBellSchedule($id: ID!) {
    closeBellSchedule(scheduleId: $id) { __typename ... on BellSchedule { id } ... on Refusal { code retryAfter } }
  }
`)

export const SetBellDay = graphql(`
  mutation WebSetBellDay($input: SetBellDayInput!) {
    setBellDay(input: $input) { __typename ... on BellDays { days { date } } ... on Refusal { code retryAfter } }
  }
`)

export type Year = ResultOf<typeof YearQuery>
export type Term = Year['terms'][number]
export type Holiday = Year['holidays'][number]
export type Bell = Year['bells'][number]
export type Schedule = Year['bellSchedules'][number]
export type BellDay = Year['bellDays'][number]
