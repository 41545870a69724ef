import { useEffect, useRef, useState } from 'react'
import { useSession } from '../session/Session'
import { type Happened, HappeningsSubscription } from './Happenings.graphql'
import { openSocket } from './socket'
import { Stream } from './stream'

/** Before a break is told of: most are over at once. */
const PATIENCE = 3000

/** What may have changed where something happened: its newest things, or older ones too, of which the news came late. */
export type Changed = (late: boolean) => void

/** Follows places (doors, a till, a desk), all on one socket: says when something happened there, at most once in `together` ms. Tells since when it hears nothing. */
export function usePlaces(placeIds: readonly string[], changed: Changed, together = 250): Date | null {
  const { check } = useSession()
  const [brokenAt, setBrokenAt] = useState<Date | null>(null)
  const latest = useRef(changed)
  latest.current = changed
  const places = placeIds.join(' ')
  useEffect(() => {
    let patience: ReturnType<typeof setTimeout> | undefined
    let waiting: ReturnType<typeof setTimeout> | undefined
    let late = false
    const tell = (wasLate: boolean) => {
      late ||= wasLate
      waiting ??= setTimeout(() => {
        waiting = undefined
        latest.current(late)
        late = false
      }, together)
    }
    const socket = openSocket((live) => {
      clearTimeout(patience)
      const since = new Date()
      if (!live) patience = setTimeout(() => setBrokenAt((before) => before ?? since), PATIENCE)
      else {
        setBrokenAt(null)
        tell(false) // what was asked for while there was no connection has failed
      }
    }, check)
    const follow = (place: string) =>
      new Stream<Happened>(socket.follow(HappeningsSubscription, { place }), { update: (happened) => tell(happened.late), opened: () => tell(true), ended: check })
    const streams = places.split(' ').filter(Boolean).map(follow)
    streams.forEach((stream) => stream.start())
    return () => {
      clearTimeout(patience)
      clearTimeout(waiting)
      streams.forEach((stream) => stream.close())
      socket.close()
    }
  }, [places, together, check])
  return brokenAt
}
