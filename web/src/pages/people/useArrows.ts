import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
const STOPS = 'input[type=search], [data-found]'

/** Arrows lead from the field of the search through what was found and back; Enter in the field takes the first, when it is found. */
export function useArrows(stale: boolean): { ref: RefObject<HTMLDivElement | null>; onKeyDown: (event: KeyboardEvent<HTMLElement>) => void } {
  const ref = useRef<HTMLDivElement>(null)
  const eager = useRef(false)
  const stops = () => [...(ref.current?.querySelectorAll<HTMLElement>(STOPS) ?? [])]
  useEffect(() => {
    if (stale || !eager.current) return
    eager.current = false
    stops()[1]?.click()
  }, [stale])
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const all = stops()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const step = STEPS[event.key]
    eager.current = event.key === 'Enter' && at === 0 && stale
    if (at < 0 || eager.current) return
    if (step) all[at + step]?.focus()
    else if (event.key === 'Enter' && at === 0) all[1]?.click()
    else return
    event.preventDefault()
  }
  return { ref, onKeyDown }
}
