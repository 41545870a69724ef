import type { Client } from '@urql/core'
import { useClient } from 'urql'
import { useMe } from '../session/Session'
import { Queue } from './queue'
import { shelfOf } from './shelf'
import { wireOf } from './wire'

const queues = new WeakMap<Client, { account: string; queue: Queue }>()

/** What the account has not sent yet: one queue for a session, and one window of the account sends at a time. */
export function useQueue(): Queue {
  const client = useClient()
  const { accountId } = useMe()
  let made = queues.get(client)
  if (made?.account !== accountId) {
    const alone = (work: () => Promise<void>): Promise<void> => navigator.locks?.request(`school.unsent.${accountId}`, work) ?? work()
    const shelf = shelfOf(accountId)
    // The last moments of which a page is told.
    for (const end of ['pagehide', 'visibilitychange']) addEventListener(end, shelf.write, { capture: true })
    queues.set(client, (made = { account: accountId, queue: new Queue(shelf, wireOf(client, accountId), alone) }))
  }
  return made.queue
}
