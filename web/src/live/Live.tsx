import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { useMe, useSession } from '../session/Session'
import { openSocket } from './socket'
import { Stream } from './stream'
import { type Update, UpdatesSubscription } from './Updates.graphql'

/** Is told of an update; of null where anything may have happened. */
type Hear = (update: Update | null) => void

interface Live {
  /** When the stream broke off; null while it flows, or where there is none to follow. */
  brokenAt: Date | null
  listeners: Set<Hear>
}

const LiveContext = createContext<Live>({ brokenAt: null, listeners: new Set() })
const PATIENCE = 3000
const TOGETHER = 250

export const useLive = (): Live => useContext(LiveContext)

/** Follows what happens to the account's children, on one socket for all pages. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { check } = useSession()
  const follows = useMe().children.length > 0
  const [brokenAt, setBrokenAt] = useState<Date | null>(null)
  const [listeners] = useState(() => new Set<Hear>())
  useEffect(() => {
    if (!follows) return
    let patience: ReturnType<typeof setTimeout> | undefined
    const socket = openSocket((live) => {
      clearTimeout(patience)
      const since = new Date()
      if (live) setBrokenAt(null)
      else patience = setTimeout(() => setBrokenAt((before) => before ?? since), PATIENCE)
    }, check)
    const tell: Hear = (update) => listeners.forEach((hear) => hear(update))
    const stream = new Stream<Update>(socket.follow(UpdatesSubscription), { update: tell, opened: () => tell(null), ended: check })
    stream.start()
    return () => {
      clearTimeout(patience)
      stream.close()
      socket.close()
    }
  }, [follows, listeners, check])
  const live = useMemo(() => ({ brokenAt, listeners }), [brokenAt, listeners])
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>
}

/** Asks anew when something has happened to a child; once for what comes together, such as the marks of a class. */
export function useRefresh(childId: string, ask: () => void): void {
  const { listeners } = useLive()
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined
    const hear: Hear = (update) => {
      if (update && update.childId !== childId) return
      waiting ??= setTimeout(() => {
        waiting = undefined
        latest.current()
      }, TOGETHER)
    }
    listeners.add(hear)
    return () => {
      clearTimeout(waiting)
      listeners.delete(hear)
    }
  }, [childId, listeners])
}
