import { createContext, useContext } from 'react'
import { useListener } from '../../live/useListener'

/** Those who want to know that somebody has passed a door. */
export const Passing = createContext<Set<() => void>>(new Set())

/** Asks anew when somebody has passed, while the asker is shown. */
export const usePassing = (ask: () => void): void => useListener(useContext(Passing), ask)
