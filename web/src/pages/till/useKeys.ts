import { useEffect, useRef } from 'react'
import type { Key } from './amount'

const NAMED: Record<string, Key> = { Backspace: 'back', Delete: 'clear', Escape: 'clear', '.': ',', ',': ',' }
const BUSY = 'input, textarea, select, [contenteditable], dialog'

/** A keyboard does what the keypad does, wherever one is on the page; Enter serves. */
export function useKeys(press: (key: Key) => void, serve: () => void): void {
  const acts = useRef({ press, serve })
  useEffect(() => {
    acts.current = { press, serve }
  })
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const at = event.target as HTMLElement
      if (event.ctrlKey || event.metaKey || event.altKey || at.closest(BUSY) || document.querySelector('dialog[open]')) return
      const key = /^\d$/.test(event.key) ? (event.key as Key) : NAMED[event.key]
      if (key) acts.current.press(key)
      else if (event.key === 'Enter' && !at.closest('button, a')) acts.current.serve()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', hear)
    return () => removeEventListener('keydown', hear)
  }, [])
}
