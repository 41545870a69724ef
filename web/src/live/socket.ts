import { createClient } from 'graphql-ws'
import { type Document, textOf } from '../api/sent'
import type { Subscribe } from './stream'

const FORBIDDEN = 4403
const PING = 25_000
const PONG = 10_000
const LONGEST_PAUSE = 15_000

interface Socket {
  /** How one subscribes to the only field of a subscription, after the cursor `after`. */
  follow: <News>(subscription: Document, variables?: Record<string, unknown>) => Subscribe<News>
  close: () => void
}

/** The WebSocket to the service: the browser sends the session's cookie along. It comes back by itself, at once when the network does. */
export function openSocket(onStatus: (live: boolean) => void, onSignedOut: () => void): Socket {
  let silent: ReturnType<typeof setTimeout>
  const client = createClient({
    url: () => `${location.origin.replace(/^http/, 'ws')}/graphql`,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: pause,
    keepAlive: PING,
    on: {
      connected: () => onStatus(true),
      closed: (event) => {
        clearTimeout(silent)
        onStatus(false)
        if ((event as CloseEvent).code === FORBIDDEN) onSignedOut()
      },
      ping: (received) => void (received || (silent = setTimeout(() => client.terminate(), PONG))),
      pong: (received) => void (received && clearTimeout(silent)),
    },
  })
  const follow: Socket['follow'] = (subscription, variables) => (cursor, next, done) =>
    client.subscribe(
      // Read anew each time that it is sent, after a break, too.
      { query: textOf(subscription), get variables() { return { ...variables, after: cursor() } } },
      { next: ({ data }) => void (data && next(Object.values(data)[0] as Parameters<typeof next>[0])), error: done, complete: done },
    )
  return { follow, close: () => void client.dispose() }
}

/** Longer from one try to the next, a little by chance; over as soon as the browser is online again. */
async function pause(tries: number): Promise<void> {
  const longest = Math.min(500 * 2 ** tries, LONGEST_PAUSE)
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      resolve()
    }
    const timer = setTimeout(end, longest * (0.5 + Math.random() / 2))
    addEventListener('online', end)
  })
}
