import { cacheExchange, Client, type CombinedError, fetchExchange, mapExchange } from '@urql/core'

/** A client of the people's API for one session, which is in a cookie that no script sees; `onSignedOut` is told when that has ended. */
export function makeClient(onSignedOut: () => void): Client {
  const watchSession = mapExchange({ onError: (error) => void (codeOf(error) === 'NOT_SIGNED_IN' && onSignedOut()) })
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: { credentials: 'same-origin' },
    exchanges: [cacheExchange, watchSession, fetchExchange],
  })
}

/** Whether the service itself could not be asked, which may be over in a moment. */
export const isAway = (error: CombinedError | undefined): boolean => error !== undefined && ['OFFLINE', 'UNAVAILABLE', 'TIMED_OUT'].includes(codeOf(error))

/** The stable code of a failure (docs/api.md), or OFFLINE where no answer came. */
export function codeOf(error: CombinedError): string {
  if (error.networkError && !error.response) return 'OFFLINE'
  return String(error.graphQLErrors[0]?.extensions['code'] ?? 'INTERNAL')
}
