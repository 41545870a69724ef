import type { CombinedError } from '@urql/core'
import { useEffect, useRef, useState } from 'react'
import { useClient, useQuery } from 'urql'
import { type Known, type People, PeopleQuery } from './People.graphql'

const AT_ONCE = 50
const PAUSE = 150

export interface Wanted {
  search: string
  /** The opaque id of a class; all of them where it is empty. */
  group: string
}

interface Found {
  /** Null before the first answer. */
  people: Known[] | null
  hasMore: boolean
  /** What is shown is of what was wanted before. */
  stale: boolean
  fetching: boolean
  error: CombinedError | undefined
  again: () => void
  more: () => void
}

/** Who is found by the beginning of a name and by class, some at a time. While one types on, what was found last stays. `sought`: nobody is shown before a name is begun. */
export function usePeople(now: Wanted, { first = AT_ONCE, sought = false } = {}): Found {
  const client = useClient()
  const wanted = useSettled(now)
  const key = `${wanted.group} ${wanted.search}`
  const unsought = sought && !wanted.search
  const of = { search: wanted.search || null, group: wanted.group || null, first }
  const [{ data, error, fetching, stale }, ask] = useQuery({ query: PeopleQuery, variables: { ...of, after: null }, pause: unsought })
  const [below, setBelow] = useState<{ key: string; page: People } | null>(null)
  const [older, setOlder] = useState<{ fetching: boolean; error?: CombinedError | undefined }>({ fetching: false })
  const shown = useRef<People | null>(null)
  const answered = data && !unsought && !(fetching && !stale)
  if (answered) shown.current = data.people
  else if (unsought) shown.current = null
  useEffect(() => setOlder({ fetching: false }), [key])
  const top = shown.current
  const page = below?.key === key && answered ? below.page : null
  const last = page ?? top
  const more = async () => {
    const after = last?.edges.at(-1)?.cursor
    if (after === undefined) return
    setOlder({ fetching: true })
    const answer = await client.query(PeopleQuery, { ...of, after }, { requestPolicy: 'network-only' })
    const next = answer.data?.people
    if (next) setBelow({ key, page: { ...next, edges: [...(page?.edges ?? []), ...next.edges] } })
    setOlder({ fetching: false, error: answer.error })
  }
  return {
    people: top && [...top.edges, ...(page?.edges ?? [])].map(({ node }) => node), hasMore: last?.pageInfo.hasNextPage ?? false,
    stale: !answered || wanted.search !== now.search.trim() || wanted.group !== now.group, fetching: older.fetching, error: error ?? older.error, again: () => ask({ requestPolicy: 'network-only' }), more: () => void more(),
  }
}

/** What was wanted last, once the keys rest. */
function useSettled({ search, group }: Wanted): Wanted {
  const [settled, settle] = useState({ search: search.trim(), group })
  useEffect(() => {
    const wait = setTimeout(() => settle({ search: search.trim(), group }), PAUSE)
    return () => clearTimeout(wait)
  }, [search, group])
  return settled
}
