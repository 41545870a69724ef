import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { Provider, useQuery } from 'urql'
import { makeClient } from '../api/client'
import { Failed, Loading } from '../shell/states'
import { type Me, MeQuery } from './Me.graphql'

interface Session {
  /** Null where nobody is signed in. */
  me: Me | null
  /** How many messages wait for it. */
  unread: number
  /** Whoever was signed in is somebody else now, or nobody: everything is asked for anew. */
  restart: () => void
  /** Ask who is signed in now; pages stay as they are if nothing has changed. */
  check: () => void
}

const SessionContext = createContext<Session>({ me: null, unread: 0, restart: () => {}, check: () => {} })

export const useSession = (): Session => useContext(SessionContext)

/** The account that is signed in; its pages are below it only. */
export function useMe(): Me {
  const { me } = useSession()
  if (!me) throw new Error('this page is for whoever is signed in')
  return me
}

/** Knows who is signed in. Each session has a cache of its own. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [count, setCount] = useState(0)
  const restart = useCallback(() => setCount((before) => before + 1), [])
  const client = useMemo(() => makeClient(restart), [restart, count])
  return (
    <Provider value={client} key={count}>
      <Recognised restart={restart}>{children}</Recognised>
    </Provider>
  )
}

function Recognised({ restart, children }: { restart: () => void; children: ReactNode }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: MeQuery })
  const check = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask])
  useEffect(() => {
    const again = () => void (document.visibilityState === 'visible' && check())
    document.addEventListener('visibilitychange', again)
    return () => document.removeEventListener('visibilitychange', again)
  }, [check])
  const session = useMemo(() => ({ me: data?.me ?? null, unread: data?.unreadMessages ?? 0, restart, check }), [data, restart, check])
  if (!data && fetching) return <Loading />
  if (!data && error) return <Failed error={error} retry={check} />
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>
}
