import { expect, test } from 'vitest'
import type { Page } from '../../live/paged'
import { atDoors, behind } from './doors'
import type { Passage, Tap } from './Passes.graphql'

const at = (minute: number) => `2026-09-07T09:${String(minute).padStart(2, '0')}:00Z`
const known = (minute: number) => ({ happenedAt: at(minute), receivedAt: at(minute + 5), late: false, suspect: false, direction: 'IN' as const })
const page = <Node extends { id: string }>(nodes: Node[], hasNextPage = false): Page<Node> =>
  ({ edges: nodes.map((node) => ({ cursor: node.id, node })), pageInfo: { hasNextPage } })
const passage = (minute: number, reason = 'OK'): Passage =>
  ({ id: `p${minute}`, ...known(minute), door: { id: 'd', name: 'Main' }, verdict: { reason } })
const tap = (minute: number, outcome: 'ADMIT' | 'REFUSE'): Tap =>
  ({ id: `t${minute}`, ...known(minute), reader: 'in', door: null, verdict: { outcome, reason: outcome === 'ADMIT' ? 'OK' : 'CARD_BLOCKED' } })
const idsOf = (...[lists]: Parameters<typeof atDoors>) => atDoors(lists, new Map()).map(({ id }) => id)

test('an admitted card is told once, by its passage; a refused one by its tap', () => {
  expect(idsOf({ passages: page([passage(30), passage(10)]), taps: page([tap(30, 'ADMIT'), tap(20, 'REFUSE')]) }, new Map())).toEqual(['p30', 't20', 'p10'])
})

test('nothing is told of a time of which only one list has been read', () => {
  const lists = { passages: page([passage(30), passage(10)]), taps: page([tap(30, 'ADMIT'), tap(20, 'REFUSE')], true) }
  expect(idsOf(lists, new Map())).toEqual(['p30', 't20'])
  expect(behind(lists)).toEqual({ passages: false, taps: true })
})

test('when all has been read, neither list is behind', () => {
  expect(behind({ passages: page([passage(30)]), taps: page<Tap>([]) })).toEqual({ passages: false, taps: false })
})

test('a passage says when it was late, and what was odd; a tap whose reader stands for no door names the reader', () => {
  const told = atDoors({ passages: page([passage(30, 'ALREADY_INSIDE')]), taps: page([tap(20, 'REFUSE')]) }, new Map([['p30', 12]]))
  expect(told.map(({ door, reason, refused, minutesLate, knownAt }) => [door, reason, refused, minutesLate, knownAt])).toEqual([
    ['Main', 'ALREADY_INSIDE', false, 12, null], ['in', 'CARD_BLOCKED', true, null, null],
  ])
})
