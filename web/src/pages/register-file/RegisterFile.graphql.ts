import { graphql, type ResultOf } from '../../api/graphql'

export const ImportRegister = graphql(`
  mutation WebImportRegister($input: ImportRegisterInput!) {
    importRegister(input: $input) {
      __typename
      ... on RegisterImport {
        applied
        seen
        changes { cell kind pupil { id name } date bell old new }
        faults { cell row pupil { id name } date code message }
      }
      ... on Refusal { code retryAfter }
    }
  }
`)

type Answer = ResultOf<typeof ImportRegister>['importRegister']
export type Imported = Extract<Answer, { __typename: 'RegisterImport' }>
