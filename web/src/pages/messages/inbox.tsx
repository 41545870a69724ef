import { createContext, type ReactNode, useContext, useState } from 'react'
import { useLive } from '../../live/Live'
import { usePlaces } from '../../live/place'
import { useListener } from '../../live/useListener'
import { useMe } from '../../session/Session'

const WRITERS = ['GUARDIAN', 'TEACHER', 'OFFICE', 'HEAD']

/** As whom the account writes and is written to. */
export function useSides() {
  const { grants, children } = useMe()
  const is = (...roles: string[]) => grants.some(({ role }) => roles.includes(role))
  return {
    grants, children,
    /** The clock of the school where one writes. */
    zone: grants[0]?.school.timeZone,
    isGuardian: is('GUARDIAN'), isTeacher: is('TEACHER'), isOffice: is('OFFICE', 'HEAD'),
    /** The persons that the account is as a teacher. */
    teachers: grants.filter(({ role }) => role === 'TEACHER').map(({ personId }) => personId),
  }
}

const InboxContext = createContext<Set<() => void>>(new Set())

/** Follows the account's inboxes, on one socket for all parts of a page. */
export function Inbox({ children }: { children: ReactNode }) {
  const { grants } = useMe()
  const [listeners] = useState(() => new Set<() => void>())
  const persons = grants.filter(({ role }) => WRITERS.includes(role)).map(({ personId }) => personId)
  usePlaces([...new Set(persons)], () => listeners.forEach((hear) => hear()))
  return <InboxContext.Provider value={listeners}>{children}</InboxContext.Provider>
}

/** Asks anew when something comes into one of the account's inboxes. */
export const useInbox = (ask: () => void): void => useListener(useContext(InboxContext), ask)

/** Asks anew when something happens to any of the children. */
export const useFamily = (ask: () => void): void => useListener(useLive().listeners, ask)

/** The address of what is written with a teacher about a child. */
export const talkPath = (child: string, teacher: string): string => `/messages/${child}/${teacher}`
