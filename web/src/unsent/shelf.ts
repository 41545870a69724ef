import type { Entry } from './entries'

/** Where what is not sent yet outlives the page. */
export interface Shelf {
  all: () => Entry[]
  get: (key: string) => Entry | null
  put: (entry: Entry) => void
  drop: (key: string) => void
  /** Write down at once what was put or dropped, and is not written yet. */
  write: () => void
  /** Look again: another window of the account may have changed this entry, or any. */
  refresh: (key?: string) => void
}

const prefixOf = (account: string): string => `school.unsent.${account}.`

function keysOf(storage: Storage, account: string): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index)!).filter((key) => key.startsWith(prefixOf(account)))
}

/** How much of an account's waits on this device. */
export const countUnsent = (account: string, storage: Storage = localStorage): number => keysOf(storage, account).length

/** Right after the frame that shows what was typed; at once where nobody looks, for then there are no frames. */
const afterPaint = (work: () => void): void => void (document.hidden ? work() : requestAnimationFrame(() => setTimeout(work)))

/**
 * The account's own part of this browser's storage, an item for each entry, so that two windows do not write over each other. What does not fit is kept while
 * the page lives. All of it is in memory, too, which each key and each answer asks; to write takes longer than a key may, and is done `later`.
 */
export function shelfOf(account: string, storage: Storage = localStorage, later: (work: () => void) => void = afterPaint): Shelf {
  const prefix = prefixOf(account)
  const entries = new Map<string, Entry>()
  /** Not in the storage as they are here: what is still to be written, and what does not fit. */
  const unwritten = new Set<string>()
  const loose = new Set<string>()
  const read = (key: string): void => {
    if (unwritten.has(key) || loose.has(key)) return
    const entry = JSON.parse(storage.getItem(prefix + key) ?? 'null') as Entry | null
    if (entry) entries.set(key, entry)
    else entries.delete(key)
  }
  const put = (key: string): void => {
    const entry = entries.get(key)
    loose.delete(key)
    try {
      if (entry) return storage.setItem(prefix + key, JSON.stringify(entry))
    } catch {
      loose.add(key)
    }
    storage.removeItem(prefix + key)
  }
  const write = (): void => {
    unwritten.forEach(put)
    unwritten.clear()
  }
  const change = (key: string): void => {
    unwritten.add(key)
    if (unwritten.size === 1) later(write)
  }
  const refresh = (key?: string): void => {
    if (key !== undefined) return read(key)
    new Set([...entries.keys(), ...keysOf(storage, account).map((one) => one.slice(prefix.length))]).forEach(read)
  }
  refresh()
  return {
    all: () => [...entries.values()].sort((one, other) => one.order - other.order),
    get: (key) => entries.get(key) ?? null,
    put: (entry) => {
      entries.set(entry.key, entry)
      change(entry.key)
    },
    drop: (key) => {
      if (entries.delete(key)) change(key)
    },
    write,
    refresh,
  }
}

/** The key of an entry that another window has changed; null for any other news of the storage. */
export function changedKey(event: StorageEvent, account: string): string | null {
  return event.key?.startsWith(prefixOf(account)) ? event.key.slice(prefixOf(account).length) : null
}
