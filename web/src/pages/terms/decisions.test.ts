import { describe, expect, it } from 'vitest'
import { changes, currentTerm, partsOf, shown, suggested, typed } from './decisions'
import type { SheetRow, Term } from './Terms.graphql'

const FIVE = { lowest: 2, highest: 5, labels: [] }
const row = (id: string, more: Partial<SheetRow> = {}): SheetRow => ({
  person: { id, name: id, familyName: id, givenName: id }, leftOn: null, marks: 3, average: null, suggestion: 4, decision: null, parts: [], elsewhere: 0, elsewhereAverage: null, ...more,
})
const decided = (value: number | null, revision = 1): SheetRow['decision'] => ({ value, label: value === null ? null : String(value), comment: null, differs: false, revision, average: null })
const term = (id: string, startsOn: string, endsOn: string, kind: Term['kind'] = 'TERM'): Term => ({ id, schoolId: 's', name: id, kind, startsOn, endsOn, closedAt: null })

describe('what is typed', () => {
  it.each([['5', 5], [' 2 ', 2], ['', undefined], ['  ', undefined], ['6', 'bad'], ['1', 'bad'], ['4.5', 'bad'], ['х', 'bad'], ['н', null], ['Н/А', null], ['y', null], ['n/a', null]])(
    '%j means %j', (text, meant) => expect(typed(text, FIVE)).toBe(meant))

  it('is what is decided until somebody types', () => {
    expect([shown(null, 'н/а'), shown(decided(null), 'н/а'), shown(decided(3), 'н/а')]).toEqual(['', 'н/а', '3'])
  })
})

describe('what is sent', () => {
  const rows = [row('a'), row('b', { decision: decided(4) }), row('c', { decision: decided(5, 3) }), row('d'), row('e'), row('f', { decision: decided(3) })]

  it('is what differs from what is decided, with the revision that was seen', () => {
    const drafts = new Map([['a', '5'], ['b', '4'], ['c', 'н'], ['d', '9'], ['e', ' '], ['f', '']])
    expect(changes(rows, drafts, FIVE)).toEqual([{ pupilId: 'a', value: 5, expectedRevision: 0 }, { pupilId: 'c', value: null, expectedRevision: 3 }])
  })

  it('is filled in by the averages where nothing stands', () => {
    const more = [...rows, row('g', { suggestion: null }), row('h', { leftOn: '2026-10-01' })]
    expect([...suggested(more, new Map([['a', '5'], ['e', ' ']]), FIVE)]).toEqual([['a', '5'], ['e', '4'], ['d', '4']])
  })
})

describe('the term that is meant', () => {
  const terms = [term('year', '2026-09-01', '2027-05-31', 'YEAR'), term('first', '2026-09-01', '2026-10-25'), term('second', '2026-11-05', '2026-12-30')]

  it.each([['2026-10-01', 'first'], ['2026-10-30', 'first'], ['2026-12-01', 'second'], ['2027-02-01', 'second'], ['2026-08-01', 'year']])(
    'on %s is the %s', (today, id) => expect(currentTerm(terms, today)?.id).toBe(id))
})

it('of a year its terms are shown, in order; of a term nothing', () => {
  const all = [term('I', '2026-09-01', '2026-10-25'), term('year', '2026-09-01', '2027-05-31', 'YEAR'), term('II', '2026-11-02', '2026-12-27'), term('next', '2027-09-01', '2027-10-25')]
  expect(partsOf(all, all[1]!).map(({ id }) => id)).toEqual(['I', 'II'])
  expect(partsOf(all, all[0]!)).toEqual([])
})
