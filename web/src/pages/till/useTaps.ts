import type { CombinedError } from '@urql/core'
import { useEffect, useRef, useState } from 'react'
import { useQuery } from 'urql'
import { heard, next, NOBODY, waiting } from './queue'
import { sound } from './sounds'
import { type Tap, TapsQuery } from './Till.graphql'

const TICK = 30_000
const NOTHING: readonly Tap[] = []

interface Taps {
  customer: Tap | null
  waiting: readonly Tap[]
  loading: boolean
  error: CombinedError | undefined
  again: () => void
  choose: (tap: Tap) => void
  /** The service has sold to this card: the next in the queue is shown. */
  sold: (tapId: string | null | undefined) => void
}

/** Who has presented a card at the till: the one who is served, and who waits. */
export function useTaps(till: string, rungUp: boolean): Taps {
  const [{ data, error }, ask] = useQuery({ query: TapsQuery, variables: { till } })
  const [shown, show] = useState(NOBODY)
  const [used, use] = useState<readonly string[]>([])
  const now = useNow()
  const taps = data?.tillTaps ?? NOTHING
  const busy = useRef(rungUp)
  useEffect(() => {
    busy.current = rungUp
  })
  const last = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (!data) return
    const [newest] = data.tillTaps
    if (last.current !== undefined && newest && newest.id !== last.current) sound(newest.state === 'REFUSED' ? 'refused' : 'card')
    last.current = newest?.id ?? ''
    show((before) => heard(before, data.tillTaps, busy.current))
  }, [data])
  const customer = taps.find(({ id, state }) => id === shown.chosen && (state === 'READY' || state === 'REFUSED') && !used.includes(id)) ?? null
  return {
    customer, waiting: waiting(taps, customer?.id ?? null, used, now), loading: !data && !error, error,
    again: () => ask({ requestPolicy: 'network-only' }),
    choose: ({ id }) => show((before) => ({ ...before, chosen: id })),
    sold: (tapId) => {
      const served = taps.find(({ id }) => id === tapId)
      if (!served) return
      use((before) => [...before, served.id])
      show((before) => ({ ...before, chosen: next(taps, served, [...used, served.id], Date.now()) }))
    },
  }
}

/** The time, now and then: a card grows old. */
function useNow(): number {
  const [now, look] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => look(Date.now()), TICK)
    return () => clearInterval(timer)
  }, [])
  return now
}
