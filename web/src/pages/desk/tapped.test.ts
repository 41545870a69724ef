import { expect, test } from 'vitest'
import { freshOf, standingOf } from './tapped'

const tap = (id: string, state: string | null = null, person: string | null = null) => ({ id, state, person: person === null ? null : { id: person } })

test('a card that lay there before is not offered', () => {
  expect(freshOf([tap('b'), tap('a')], new Set(['a', 'b']))).toBe(null)
  expect(freshOf([], new Set())).toBe(null)
})

test('of several new ones the last counts', () => {
  expect(freshOf([tap('c'), tap('b'), tap('a')], new Set(['a']))?.id).toBe('c')
})

test('a card is nobody’s, this person’s already, or somebody else’s', () => {
  expect([tap('a'), tap('a', 'ACTIVE', 'anna'), tap('a', 'BLOCKED', 'boris'), tap('a', 'ACTIVE')].map((one) => standingOf(one, 'anna'))).toEqual(['free', 'own', 'taken', 'taken'])
})
