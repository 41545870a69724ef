import { useEffect, useRef } from 'react'

const PAUSE = 60_000

/** Asks anew each minute while the page is looked at, and when somebody comes back to it: staff follow no child's stream. */
export function useRefreshing(ask: () => void): void {
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    const look = () => void (document.visibilityState === 'visible' && latest.current())
    const timer = setInterval(look, PAUSE)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
}
