import { useEffect, useRef } from 'react'

const HALF_A_MINUTE = 30_000

/** Does something again and again, while the page is looked at. */
export function useRhythm(act: () => void): void {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && latest.current(), HALF_A_MINUTE)
    return () => clearInterval(timer)
  }, [])
}
