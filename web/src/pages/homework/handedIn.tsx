import { createContext, type ReactNode, useContext, useMemo } from 'react'
import type { Work } from './Homework.graphql'

interface Handed {
  /** By homework, in the order of handing in. */
  works: ReadonlyMap<string, readonly Work[]>
  again: () => void
}

const HandedContext = createContext<Handed>({ works: new Map(), again: () => undefined })

/** What the child has handed in, for every homework of the page. */
export function HandedIn({ works, again, children }: { works: readonly Work[]; again: () => void; children: ReactNode }) {
  const by = useMemo(() => new Map(Array.from(new Set(works.map(({ homeworkId }) => homeworkId)), (id) => [id, works.filter(({ homeworkId }) => homeworkId === id)])), [works])
  return <HandedContext.Provider value={{ works: by, again }}>{children}</HandedContext.Provider>
}

/** The work for one homework, and the way to ask for it anew. */
export function useHandedIn(homework: string): { works: readonly Work[]; again: () => void } {
  const { works, again } = useContext(HandedContext)
  return { works: works.get(homework) ?? [], again }
}
