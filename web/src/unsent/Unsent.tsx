import { useEffect } from 'react'
import { useMe } from '../session/Session'
import { useQueue } from './useQueue'
import { changedKey } from './shelf'

/** Sends what is left from before, and again whenever the network is back, on whatever page the teacher is. */
export default function Unsent() {
  const queue = useQueue()
  const { accountId } = useMe()
  useEffect(() => {
    const send = () => void queue.send()
    const hear = (event: StorageEvent) => {
      const key = changedKey(event, accountId)
      if (key) queue.heardOf(key, JSON.parse(event.oldValue ?? 'null'))
    }
    queue.open()
    addEventListener('online', send)
    addEventListener('storage', hear)
    return () => {
      removeEventListener('online', send)
      removeEventListener('storage', hear)
      queue.close()
    }
  }, [queue, accountId])
  return null
}
