import { expect, test } from 'vitest'
import type { Transfer } from './Meals.graphql'
import { statementOf } from './statement'

const money = { minor: 100, currency: 'RUB' }
const transfer = (id: string, kind: Transfer['kind'], refundOfId: string | null = null): Transfer => ({
  id, kind, refundOfId, refunded: false, withoutCard: false, happenedAt: '2026-09-07T09:00:00Z', note: null, amount: money, balanceAfter: money, till: null, items: [],
})

test('a refund stands beside its sale, whatever happened between', () => {
  const transfers = [transfer('r', 'REFUND', 's'), transfer('t', 'TOP_UP'), transfer('s', 'SALE'), transfer('u', 'SALE')]
  expect(statementOf(transfers).map(({ transfer: { id }, refund }) => [id, refund?.id ?? null])).toEqual([['t', null], ['s', 'r'], ['u', null]])
})

test('a refund stands alone while its sale has not been read', () => {
  expect(statementOf([transfer('r', 'REFUND', 's')]).map(({ transfer: { id } }) => id)).toEqual(['r'])
})
