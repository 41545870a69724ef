import { expect, it } from 'vitest'
import { heard, next, NOBODY, USABLE, waiting } from './queue'
import type { Tap } from './Till.graphql'

const NOON = Date.parse('2026-11-27T12:00:00Z')

function tap(id: string, seconds: number, more: Partial<Tap> = {}): Tap {
  const money = { minor: 10_000, currency: 'RUB' }
  return {
    id, state: 'READY', reason: 'OK', happenedAt: new Date(NOON + seconds * 1000).toISOString(), balance: money, floor: { ...money, minor: 0 },
    person: { id: id.slice(0, 1), name: id, photo: null }, classGroup: null, ...more,
  }
}

const anna = tap('anna', 0)
const boris = tap('boris', 10)
const vera = tap('vera', 20)
const seen = (chosen: string | null, newest: string | null) => ({ chosen, newest, looked: true })

it('shows who has just presented a card', () => {
  expect(heard(NOBODY, [anna], false)).toEqual(seen('anna', 'anna'))
  expect(heard(seen('anna', 'anna'), [boris, anna], false)).toEqual(seen('boris', 'boris'))
})

it('lets nobody take the place of whoever is served', () => {
  expect(heard(seen('anna', 'anna'), [boris, anna], true)).toEqual(seen('anna', 'boris'))
  expect(heard(seen(null, 'anna'), [boris, anna], true).chosen).toBe('boris')
  const poor = tap('anna', 0, { balance: null })
  expect(heard(seen('anna', 'anna'), [boris, poor], true).chosen).toBe('boris')
})

it('shows a refused card when it comes, and no old one', () => {
  const blocked = tap('boris', 10, { state: 'REFUSED' })
  expect(heard(seen('anna', 'anna'), [blocked, anna], false).chosen).toBe('boris')
  expect(heard(NOBODY, [blocked, anna], false).chosen).toBeNull()
  expect(heard(NOBODY, [tap('anna', 0, { state: 'SOLD' })], false).chosen).toBeNull()
})

it('keeps what the cook has chosen while nothing is new', () => {
  const chosen = seen('anna', 'boris')
  expect(heard(chosen, [boris, anna], false)).toBe(chosen)
})

it('lets those wait who have paid for nothing since, in their order', () => {
  const names = (taps: Tap[], chosen: string | null, sold: string[] = [], now = NOON) => waiting(taps, chosen, sold, now).map(({ id }) => id)
  expect(names([vera, boris, anna], 'vera')).toEqual(['anna', 'boris'])
  expect(names([vera, boris, anna], null, ['boris'])).toEqual(['anna', 'vera'])
  expect(names([tap('anna again', 30, { state: 'SOLD' }), boris, anna], null)).toEqual(['boris'])
  expect(names([tap('anna again', 30), boris, anna], 'anna again')).toEqual(['boris'])
  expect(names([vera, boris, anna], null, [], NOON + USABLE + 5000)).toEqual(['boris', 'vera'])
})

it('calls whoever came after the one who was served', () => {
  expect(next([vera, boris, anna], boris, ['boris'], NOON)).toBe('vera')
  expect(next([boris, anna], boris, ['boris'], NOON)).toBeNull()
})
