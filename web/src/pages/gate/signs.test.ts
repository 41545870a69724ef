import { expect, test } from 'vitest'
import { doubtsOf, reasonOf, signOf } from './signs'

const tap = (outcome: 'ADMIT' | 'REFUSE', reason: string, direction: 'IN' | 'OUT' | null = 'IN') => ({ direction, verdict: { outcome, reason } })

test('who is let through goes in or out', () => {
  expect(signOf(tap('ADMIT', 'OK'))).toEqual({ kind: 'good', word: 'IN', icon: 'enter', reason: null })
  expect(signOf(tap('ADMIT', 'OK', 'OUT'))).toEqual({ kind: 'good', word: 'OUT', icon: 'leave', reason: null })
})

test('what is odd about it is said, and so is why a card is refused', () => {
  expect(signOf(tap('ADMIT', 'NOT_INSIDE', 'OUT'))).toEqual({ kind: 'odd', word: 'OUT', icon: 'leave', reason: 'NOT_INSIDE' })
  expect(signOf(tap('REFUSE', 'UNKNOWN_CARD'))).toEqual({ kind: 'bad', word: 'REFUSED', icon: 'stop', reason: 'UNKNOWN_CARD' })
})

test('a reason of a later version is another one', () => {
  expect([reasonOf('NOT_NOW'), reasonOf('FULL_MOON')]).toEqual(['NOT_NOW', 'other'])
})

test('a moment may be late and uncertain', () => {
  expect(doubtsOf({ late: true, suspect: true })).toEqual(['late', 'suspect'])
  expect(doubtsOf({ late: false, suspect: false })).toEqual([])
})
