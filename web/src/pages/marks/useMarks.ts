import type { CombinedError, OperationResult } from '@urql/core'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import type { ResultOf } from '../../api/graphql'
import { type Mark, MarksQuery } from './Marks.graphql'

const PAGE = 100

type Answer = Pick<OperationResult<ResultOf<typeof MarksQuery>>, 'data' | 'error'>

interface Found {
  /** The newest first; null until they are there. */
  marks: readonly Mark[] | null
  hasMore: boolean
  error: CombinedError | undefined
}

/** A child's marks, as many pages as were wanted. All of them are read anew together, for a correction may be on any. */
export function useMarks(child: string): Found & { reading: boolean; more: () => void; again: () => void } {
  const client = useClient()
  const [found, setFound] = useState<Found>({ marks: null, hasMore: false, error: undefined })
  const [reading, setReading] = useState(true)
  const pages = useRef(1)
  const turn = useRef(0)
  const again = useCallback(async () => {
    const mine = ++turn.current
    const marks: Mark[] = []
    let after: string | null = null
    let hasMore = true
    setReading(true)
    for (let page = 0; page < pages.current && hasMore; page++) {
      const { data, error }: Answer = await client.query(MarksQuery, { child, first: PAGE, after }, { requestPolicy: 'network-only' })
      if (mine !== turn.current) return
      if (!data) {
        setFound((before) => ({ ...before, error }))
        return setReading(false)
      }
      marks.push(...data.marks.edges.map(({ node }) => node))
      after = data.marks.pageInfo.endCursor
      hasMore = data.marks.pageInfo.hasNextPage
    }
    setFound({ marks, hasMore, error: undefined })
    setReading(false)
  }, [client, child])
  useEffect(() => {
    void again()
    return () => void turn.current++
  }, [again])
  const more = () => {
    pages.current++
    void again()
  }
  return { ...found, reading, more, again: () => void again() }
}
