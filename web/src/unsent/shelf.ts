import type { Entry } from './entries'

/** Where what is not sent yet outlives the page. */
export interface Shelf {
  all: () => Entry[]
  get: (key: string) => Entry | null
  put: (entry: Entry) => void
  drop: (key: string) => void
}

const prefixOf = (account: string): string => `school.unsent.${account}.`

function keysOf(storage: Storage, account: string): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index)!).filter((key) => key.startsWith(prefixOf(account)))
}

/** How much of an account's waits on this device. */
export const countUnsent = (account: string, storage: Storage = localStorage): number => keysOf(storage, account).length

/** The account's own part of this browser's storage, an item for each entry, so that two windows do not write over each other. What does not fit is kept while the page lives. */
export function shelfOf(account: string, storage: Storage = localStorage): Shelf {
  const prefix = prefixOf(account)
  const loose = new Map<string, Entry>()
  const read = (key: string): Entry | null => JSON.parse(storage.getItem(key) ?? 'null') as Entry | null
  return {
    all: () => [...keysOf(storage, account).map(read), ...loose.values()].filter((entry) => entry !== null).sort((one, other) => one.order - other.order),
    get: (key) => loose.get(key) ?? read(prefix + key),
    put: (entry) => {
      try {
        storage.setItem(prefix + entry.key, JSON.stringify(entry))
        loose.delete(entry.key)
      } catch {
        storage.removeItem(prefix + entry.key)
        loose.set(entry.key, entry)
      }
    },
    drop: (key) => {
      loose.delete(key)
      storage.removeItem(prefix + key)
    },
  }
}

/** The key of an entry that another window has changed; null for any other news of the storage. */
export function changedKey(event: StorageEvent, account: string): string | null {
  return event.key?.startsWith(prefixOf(account)) ? event.key.slice(prefixOf(account).length) : null
}
