import { useEffect } from 'react'

/** Keeps the screen from going dark while the page is looked at, where the browser can. */
export function useAwake(): void {
  useEffect(() => {
    let lock: Promise<WakeLockSentinel> | undefined
    const stay = () => {
      if (document.visibilityState !== 'visible') return
      lock = navigator.wakeLock?.request('screen')
      lock?.catch(() => {}) // a weak battery may forbid it
    }
    stay()
    document.addEventListener('visibilitychange', stay)
    return () => {
      document.removeEventListener('visibilitychange', stay)
      lock?.then((held) => held.release(), () => {})
    }
  }, [])
}
