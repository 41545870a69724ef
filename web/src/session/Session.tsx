import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { Provider, useQuery } from 'urql'
import { isAway, makeClient } from '../api/client'
import { Failed, Loading } from '../shell/states'
import { forgetOthers, keep, kept, keptAccount } from './kept'
import { type Me, MeQuery } from './Me.graphql'

interface Session {
  /** Null where nobody is signed in. */
  me: Me | null
  /** The service could not be asked since the page was opened: this is whom the device remembers. */
  isRemembered: boolean
  /** How many messages wait for it. */
  unread: number
  /** Whoever was signed in is somebody else now, or nobody: everything is asked for anew. */
  restart: () => void
  /** Ask who is signed in now; pages stay as they are if nothing has changed. */
  check: () => void
}

const SessionContext = createContext<Session>({ me: null, isRemembered: false, unread: 0, restart: () => {}, check: () => {} })

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
  const restart = useCallback(() => {
    forgetOthers(null)
    setCount((before) => before + 1)
  }, [])
  const client = useMemo(() => makeClient(restart), [restart, count])
  return (
    <Provider value={client} key={count}>
      <Recognised restart={restart}>{children}</Recognised>
    </Provider>
  )
}

const AGAIN = 15_000

/** The teacher whom this device remembers. */
function remembered(): { me: Me; isRemembered: true } | null {
  const account = keptAccount()
  const me = account === null ? null : kept<Me>(account, 'me')
  return me && { me: me.value, isRemembered: true }
}

function Recognised({ restart, children }: { restart: () => void; children: ReactNode }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: MeQuery })
  const check = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask])
  useEffect(() => {
    const again = () => void (document.visibilityState === 'visible' && check())
    document.addEventListener('visibilitychange', again)
    addEventListener('online', again)
    return () => {
      document.removeEventListener('visibilitychange', again)
      removeEventListener('online', again)
    }
  }, [check])
  useEffect(() => {
    if (!data) return
    forgetOthers(data.me?.accountId ?? null)
    if (data.me?.grants.some(({ role }) => role === 'TEACHER')) keep(data.me.accountId, 'me', new Date().toISOString(), data.me)
  }, [data])
  // Who it was stays while the service cannot be asked.
  const known = useRef<{ me: Me | null; isRemembered: boolean } | null>(null)
  if (data) known.current = known.current?.me === data.me && !known.current.isRemembered ? known.current : { me: data.me, isRemembered: false }
  else if (error && !isAway(error)) known.current = null
  else if (error) known.current ??= remembered()
  const found = known.current
  const lost = found?.isRemembered ?? false
  useEffect(() => {
    if (!lost) return
    const asking = setInterval(check, AGAIN)
    return () => clearInterval(asking)
  }, [lost, check])
  const session = useMemo(() => ({ me: null, isRemembered: false, ...found, unread: data?.unreadMessages ?? 0, restart, check }), [found, data, restart, check])
  if (!found && fetching) return <Loading />
  if (!found && error) return <Failed error={error} retry={check} />
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>
}
