/** What a teacher's device keeps for when there is no network: who is signed in, and the gradebook that was open last. */
type Name = 'me' | 'gradebook'

interface Kept<Value> {
  /** The moment at which the service told it. */
  at: string
  value: Value
}

const PREFIX = 'school.kept.'
/** Milliseconds: by then it is another day, with other lessons. */
const OLDEST = 24 * 3_600_000
/** Characters: what is not sent yet needs the room more. */
const LONGEST = 1_000_000

const keyOf = (account: string, name: Name): string => `${PREFIX}${account}.${name}`
const keysOf = (storage: Storage): string[] => Array.from({ length: storage.length }, (_, index) => storage.key(index)!).filter((key) => key.startsWith(PREFIX))

/** Keeps something of an account instead of what was kept before; what is too long is not kept. */
export function keep(account: string, name: Name, at: string, value: unknown, storage: Storage = localStorage): void {
  const key = keyOf(account, name)
  const text = JSON.stringify({ at, value })
  storage.removeItem(key)
  try {
    if (text.length <= LONGEST) storage.setItem(key, text)
  } catch {
    // No room: then there is nothing to show without a network.
  }
}

/** What was kept, and is not too old. */
export function kept<Value>(account: string, name: Name, storage: Storage = localStorage, now: number = Date.now()): Kept<Value> | null {
  const key = keyOf(account, name)
  const found = JSON.parse(storage.getItem(key) ?? 'null') as Kept<Value> | null
  if (found && now - Date.parse(found.at) <= OLDEST) return found
  storage.removeItem(key)
  return null
}

/** The account of which this device keeps something; one at most. */
export const keptAccount = (storage: Storage = localStorage): string | null => keysOf(storage).find((key) => key.endsWith('.me'))?.slice(PREFIX.length, -'.me'.length) ?? null

/** Lets go of all that is kept, but for this account's. */
export const forgetOthers = (account: string | null, storage: Storage = localStorage): void =>
  keysOf(storage).filter((key) => account === null || !key.startsWith(`${PREFIX}${account}.`)).forEach((key) => storage.removeItem(key))
