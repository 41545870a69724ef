import { type DocumentInput, formatDocument, getOperationName, stringifyDocument } from '@urql/core'

export type Document = Exclude<DocumentInput, string>

/** An operation's text exactly as it is sent, with the `__typename`s that the cache needs: production knows it by this text. */
export const textOf = (document: Document): string => stringifyDocument(formatDocument(document))

/** All operations of a module, by name. */
export function operationsOf(module: Record<string, unknown>): [string, string][] {
  return Object.values(module)
    .filter((one): one is Document => (one as Partial<Document> | null)?.kind === 'Document')
    .map((document) => [getOperationName(document) ?? '', textOf(document)])
}
