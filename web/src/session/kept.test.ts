import { beforeEach, expect, test } from 'vitest'
import { forgetOthers, keep, kept, keptAccount } from './kept'

let items = new Map<string, string>()
const storage = {
  get length() {
    return items.size
  },
  key: (index: number) => [...items.keys()][index] ?? null,
  getItem: (key: string) => items.get(key) ?? null,
  setItem: (key: string, value: string) => void items.set(key, value),
  removeItem: (key: string) => void items.delete(key),
  clear: () => items.clear(),
} satisfies Storage
const AT = '2026-11-27T07:32:00Z'
const HOUR = 3_600_000

beforeEach(() => void (items = new Map([['school.unsent.A.x', '{}']])))

test('something is kept for a day, and then let go of', () => {
  keep('A', 'me', AT, { login: 'teacher' }, storage)
  expect(keptAccount(storage)).toBe('A')
  expect(kept('A', 'me', storage, Date.parse(AT) + 24 * HOUR)).toEqual({ at: AT, value: { login: 'teacher' } })
  expect(kept('A', 'gradebook', storage, Date.parse(AT))).toBeNull()
  expect(kept('A', 'me', storage, Date.parse(AT) + 24 * HOUR + 1)).toBeNull()
  expect([...items.keys()]).toEqual(['school.unsent.A.x'])
})

test('what is too long is not kept, nor what was kept before', () => {
  keep('A', 'gradebook', AT, 'short', storage)
  keep('A', 'gradebook', AT, 'x'.repeat(1_000_000), storage)
  expect([...items.keys()]).toEqual(['school.unsent.A.x'])
})

test('of another account, or of nobody, nothing is kept; what was typed and not sent stays', () => {
  keep('A', 'me', AT, 1, storage)
  keep('A', 'gradebook', AT, 2, storage)
  forgetOthers('A', storage)
  expect(items.size).toBe(3)
  forgetOthers('B', storage)
  expect([...items.keys()]).toEqual(['school.unsent.A.x'])
  keep('A', 'me', AT, 1, storage)
  forgetOthers(null, storage)
  expect([keptAccount(storage), items.size]).toEqual([null, 1])
})
