import { expect, test } from 'vitest'
import type { RegisterEntry } from './entries'
import { changedKey, countUnsent, shelfOf } from './shelf'

/** A browser's storage that takes so many items. */
function storageOf(room = Infinity): Storage {
  const kept = new Map<string, string>()
  return {
    get length() {
      return kept.size
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (!kept.has(key) && kept.size >= room) throw new DOMException('full', 'QuotaExceededError')
      kept.set(key, value)
    },
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  }
}

const entry = (key: string, order: number): RegisterEntry => ({ kind: 'register', key, order, lesson: 'L', pupil: key, failed: null, wanted: { kind: 'ABSENT', minutesLate: null } })

test('each account has its own, in the order of touching', () => {
  const storage = storageOf()
  const [mine, other] = [shelfOf('A', storage), shelfOf('B', storage)]
  mine.put(entry('two', 2))
  mine.put(entry('one', 1))
  other.put(entry('three', 3))
  expect(shelfOf('A', storage).all().map(({ key }) => key)).toEqual(['one', 'two'])
  expect([countUnsent('A', storage), countUnsent('B', storage), countUnsent('C', storage)]).toEqual([2, 1, 0])
  mine.drop('one')
  expect([mine.get('one'), mine.get('two')]).toEqual([null, entry('two', 2)])
})

test('what does not fit is kept while the page lives', () => {
  const shelf = shelfOf('A', storageOf(1))
  shelf.put(entry('one', 1))
  shelf.put(entry('two', 2))
  expect(shelf.all().map(({ key }) => key)).toEqual(['one', 'two'])
  shelf.drop('two')
  expect(shelf.get('two')).toBeNull()
})

test('of the news of the storage, only the account’s own is its own', () => {
  expect([changedKey({ key: 'school.unsent.A.x y' } as StorageEvent, 'A'), changedKey({ key: 'school.child' } as StorageEvent, 'A'), changedKey({ key: null } as StorageEvent, 'A')]).toEqual(['x y', null, null])
})
