import { useEffect, useRef } from 'react'

/** Asks anew whenever those who listen are told something, while the asker is shown. */
export function useListener<Heard extends unknown[]>(listeners: Set<(...heard: Heard) => void>, ask: () => void): void {
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    const hear = () => latest.current()
    listeners.add(hear)
    return () => void listeners.delete(hear)
  }, [listeners])
}
