import { initGraphQLTada } from 'gql.tada'
import type { introspection } from './schema'

/** Reads an operation; its types come from the schema. Only *.graphql.ts files call it, each beside the page that asks. */
export const graphql = initGraphQLTada<{
  introspection: introspection
  disableMasking: true
  scalars: { ID: string; Date: string; DateTime: string; Time: string; Minor: number; JSON: unknown }
}>()

export type { ResultOf, VariablesOf } from 'gql.tada'
