import { useEffect, useState } from 'react'

const EVERY = 15_000

/** Seconds since this answer came, so that what was true then grows old; asks for a new one now and then, while the page is looked at. */
export function useElapsed(answer: unknown, ask: () => void): number {
  const [since, setSince] = useState({ answer, at: performance.now(), seconds: 0 })
  if (since.answer !== answer) setSince({ answer, at: performance.now(), seconds: 0 })
  useEffect(() => {
    const timer = setInterval(() => {
      setSince((before) => ({ ...before, seconds: Math.floor((performance.now() - before.at) / 1000) }))
      if (document.visibilityState === 'visible') ask()
    }, EVERY)
    return () => clearInterval(timer)
  }, [ask])
  return since.seconds
}
