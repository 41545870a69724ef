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

const atOnce = (work: () => void): void => work()
const entry = (key: string, order: number): RegisterEntry => ({ kind: 'register', key, order, lesson: 'L', pupil: key, failed: null, wanted: { kind: 'ABSENT', minutesLate: null } })

test('each account has its own, in the order of touching', () => {
  const storage = storageOf()
  const [mine, other] = [shelfOf('A', storage, atOnce), shelfOf('B', storage, atOnce)]
  mine.put(entry('two', 2))
  mine.put(entry('one', 1))
  other.put(entry('three', 3))
  expect(shelfOf('A', storage).all().map(({ key }) => key)).toEqual(['one', 'two'])
  expect([countUnsent('A', storage), countUnsent('B', storage), countUnsent('C', storage)]).toEqual([2, 1, 0])
  mine.drop('one')
  expect([mine.get('one'), mine.get('two')]).toEqual([null, entry('two', 2)])
})

test('what does not fit is kept while the page lives', () => {
  const shelf = shelfOf('A', storageOf(1), atOnce)
  shelf.put(entry('one', 1))
  shelf.put(entry('two', 2))
  expect(shelf.all().map(({ key }) => key)).toEqual(['one', 'two'])
  shelf.drop('two')
  expect(shelf.get('two')).toBeNull()
})

test('what is put in is there at once, and written down in one go, or when somebody says so', () => {
  const [storage, plans] = [storageOf(), [] as (() => void)[]]
  const shelf = shelfOf('A', storage, (work) => void plans.push(work))
  shelf.put(entry('one', 1))
  shelf.put(entry('two', 2))
  shelf.drop('one')
  expect([shelf.all().map(({ key }) => key), storage.length, plans.length]).toEqual([['two'], 0, 1])
  shelf.write()
  expect(shelfOf('A', storage).all()).toEqual([entry('two', 2)])
  shelf.drop('two')
  plans[1]!()
  expect([storage.length, plans.length]).toEqual([0, 2])
})

test('what another window has changed is seen when one looks again, and does not go before what was put in here', () => {
  const [storage, plans] = [storageOf(), [] as (() => void)[]]
  const [here, there] = [shelfOf('A', storage, (work) => void plans.push(work)), shelfOf('A', storage, atOnce)]
  there.put(entry('one', 1))
  there.put(entry('two', 2))
  expect(here.all()).toEqual([])
  here.refresh('one')
  expect(here.all()).toEqual([entry('one', 1)])
  here.put(entry('one', 3))
  there.drop('one')
  here.refresh()
  expect(here.all()).toEqual([entry('two', 2), entry('one', 3)])
  here.write()
  expect(countUnsent('A', storage)).toBe(2)
})

test('of the news of the storage, only the account’s own is its own', () => {
  expect([changedKey({ key: 'school.unsent.A.x y' } as StorageEvent, 'A'), changedKey({ key: 'school.child' } as StorageEvent, 'A'), changedKey({ key: null } as StorageEvent, 'A')]).toEqual(['x y', null, null])
})
