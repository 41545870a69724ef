import { createContext, type ReactNode, Suspense, useContext, useEffect } from 'react'
import { Loading, NoPage } from '../shell/states'
import type { Child, Me } from './Me.graphql'
import { useMe } from './Session'

const KEPT = 'school.child'
const ChildContext = createContext<Child | null>(null)

/** The child whom the page is about. */
export function useChild(): Child {
  const child = useContext(ChildContext)
  if (!child) throw new Error('this page is about a child: its path has :child')
  return child
}

/** Finds the child of the address among the account's own, and remembers them, before the page about them is there: whoever goes on at once is led to the same. */
export function ChildProvider({ id, children }: { id: string; children: ReactNode }) {
  const child = useMe().children.find((one) => one.id === id)
  useEffect(() => {
    if (child) localStorage.setItem(KEPT, child.id)
  }, [child])
  if (!child) return <NoPage />
  return <ChildContext.Provider value={child}><Suspense fallback={<Loading />}>{children}</Suspense></ChildContext.Provider>
}

/** Whom the account looked at last on this device, else its first child. */
export const rememberedChild = (me: Me): Child | undefined => me.children.find(({ id }) => id === localStorage.getItem(KEPT)) ?? me.children[0]

/** Whom the page of an address is about, else whom the account looked at last. */
export const childOf = (me: Me, location: string): Child | undefined => me.children.find(({ id }) => location.includes(`/${id}/`)) ?? rememberedChild(me)
