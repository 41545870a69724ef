import { useState } from 'react'
import { useQuery } from 'urql'
import { type Device, DesksQuery } from './Desk.graphql'

const KEPT = 'school.desk'

/** The desks of the office, and the one at which one works, which this browser remembers; the only one needs no choice. */
export function useDesks() {
  const [{ data, error }, ask] = useQuery({ query: DesksQuery })
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEPT))
  const desks = data?.devices.filter(({ kind, revokedAt }) => kind === 'DESK' && !revokedAt) ?? null
  const desk: Device | null = desks?.find(({ id }) => id === chosen) ?? (desks?.length === 1 ? desks[0]! : null)
  const choose = (id: string) => {
    localStorage.setItem(KEPT, id)
    setChosen(id)
  }
  return { desks, desk, choose, error, again: () => ask({ requestPolicy: 'network-only' }) }
}
