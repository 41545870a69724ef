import type { AnyVariables, CombinedError, TypedDocumentNode } from '@urql/core'
import { useEffect, useRef, useState } from 'react'
import { useClient, useQuery } from 'urql'

export interface Edge<Node> {
  /** Of one thing the same in each answer. */
  cursor: string
  node: Node
}

export interface Page<Node> {
  edges: Edge<Node>[]
  pageInfo: { hasNextPage: boolean }
}

/** The newest page, and what was read below it. Where the two do not meet, something lies between that nobody has read, and what is below has to be read anew. */
export function join<Node>(newest: Page<Node>, known: Page<Node> | null): Page<Node> {
  const last = newest.edges.at(-1)?.cursor
  const at = known?.edges.findIndex(({ cursor }) => cursor === last) ?? -1
  if (!known || at < 0) return newest
  return { edges: [...newest.edges, ...known.edges.slice(at + 1)], pageInfo: known.pageInfo }
}

/** What was read, and the page below it; the same as before if that is not the page below it. */
export const append = <Node>(known: Page<Node>, after: string, older: Page<Node>): Page<Node> =>
  known.edges.at(-1)?.cursor === after ? { edges: [...known.edges, ...older.edges], pageInfo: older.pageInfo } : known

interface Paged<Node> {
  /** Null before the first answer. */
  page: Page<Node> | null
  error: CombinedError | undefined
  /** Ask for the newest page anew. */
  again: () => void
  /** The same, and forget what was read below it, which may have changed, too. */
  anew: () => void
  /** Ask for the next older page. */
  more: () => void
  fetching: boolean
}

/** A long list, its newest things first, of which more is read when it is wanted. `pageOf` finds the list in the answer, and stays the same function. */
export function usePaged<Data, Variables extends AnyVariables, Node>(
  query: TypedDocumentNode<Data, Variables & { after?: string | null }>, variables: Variables, pageOf: (data: Data) => Page<Node>,
): Paged<Node> {
  const client = useClient()
  const [{ data, error }, ask] = useQuery({ query, variables: { ...variables, after: null } })
  const [page, setPage] = useState<Page<Node> | null>(null)
  const [older, setOlder] = useState<{ fetching: boolean; error?: CombinedError | undefined }>({ fetching: false })
  const isAlone = useRef(false)
  useEffect(() => {
    if (!data) return
    const alone = isAlone.current
    isAlone.current = false
    setPage((known) => join(pageOf(data), alone ? null : known))
  }, [data, pageOf])
  const again = () => {
    setOlder({ fetching: false })
    ask({ requestPolicy: 'network-only' })
  }
  const anew = () => {
    isAlone.current = true
    again()
  }
  const more = async () => {
    const after = page?.edges.at(-1)?.cursor
    if (after === undefined) return
    setOlder({ fetching: true })
    const answer = await client.query(query, { ...variables, after }, { requestPolicy: 'network-only' })
    if (answer.data) {
      const below = pageOf(answer.data)
      setPage((known) => known && append(known, after, below))
    }
    setOlder({ fetching: false, error: answer.error })
  }
  return { page, error: error ?? older.error, again, anew, more: () => void more(), fetching: older.fetching }
}
