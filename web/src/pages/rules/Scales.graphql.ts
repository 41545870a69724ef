import { graphql, type ResultOf } from '../../api/graphql'

export const SchoolScalesQuery = graphql(`
  query WebSchoolScales($school: ID!) {
    schoolScales(schoolId: $school) { passMark inUse scale { id name lowest highest counts labels { value label } } }
    scaleConversions(schoolId: $school) { scaleId toScaleId steps { lowest highest value } }
  }
`)

export const AddScale = graphql(`
  mutation WebAddGradingScale($input: AddGradingScaleInput!) {
    addGradingScale(input: $input) {
      __typename
      ... on GradingScale { id }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const ChangeScale = graphql(`
  mutation WebChangeGradingScale($input: ChangeGradingScaleInput!) {
    changeGradingScale(input: $input) {
      __typename
      ... on SchoolScale { inUse }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const SetConversion = graphql(`
  mutation WebSetScaleConversion($input: SetScaleConversionInput!) {
    setScaleConversion(input: $input) {
      __typename
      ... on ScaleConversion { scaleId }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type SchoolScale = ResultOf<typeof SchoolScalesQuery>['schoolScales'][number]
export type GradingScale = SchoolScale['scale']
export type Conversion = ResultOf<typeof SchoolScalesQuery>['scaleConversions'][number]
