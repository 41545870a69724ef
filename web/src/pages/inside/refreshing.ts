import { createContext, useContext, useEffect, useRef } from 'react'

/** Those who want to know that somebody has passed a door. */
export const Passing = createContext<Set<() => void>>(new Set())

/** Asks anew when somebody has passed, while the asker is shown. */
export function usePassing(ask: () => void): void {
  const listeners = useContext(Passing)
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    const hear = () => latest.current()
    listeners.add(hear)
    return () => void listeners.delete(hear)
  }, [listeners])
}
