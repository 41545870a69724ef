import { graphql } from '../api/graphql'

/** Those whose class teacher one is; for office and head, all. */
export const LedClassesQuery = graphql(`
  query WebLedClasses { reportCardClasses { id name } }
`)
