import { describe, expect, test } from 'vitest'
import { changesOf } from './changes'
import type { Average, Mark, Revision } from './Marks.graphql'
import { bySubject } from './subjects'

const subject = (name: string) => ({ id: name, name })
const mark = (id: string, of: string): Mark => ({ id, courseId: 'c', subject: subject(of), date: '2026-09-07', value: 5, label: '5', converted: null, weight: 1, work: 'ANSWER', comment: null, revision: 1, retakeOf: null, replaces: false, counts: true, acknowledgedAt: null, ownWork: null })
const average = (of: string, highest = 5): Average =>
  ({ subject: subject(of), scale: { lowest: 2, highest, labels: [] }, marks: 1, average: { numerator: 5, denominator: 1, decimal: '5.00' } })

describe('the marks by subject', () => {
  const found = bySubject([average('Algebra'), average('Music'), average('Music', 100)], [mark('c', 'Music'), mark('b', 'History'), mark('a', 'Music')])

  test('begin with what has an average, and keep their order', () =>
    expect(found.map(({ name, marks }) => [name, marks.map(({ id }) => id)])).toEqual([['Algebra', []], ['Music', ['c', 'a']], ['History', ['b']]]))

  test('have an average for each scale', () =>
    expect(found.map(({ averages }) => averages.map(({ scale }) => scale.highest))).toEqual([[5], [5, 100], []]))
})

test('the history of a mark is what was changed each time', () => {
  const given: Revision = { revision: 1, action: 'GIVEN', value: 4, label: '4', weight: 1, work: 'ANSWER', ownWork: null, comment: null, reason: null, at: '2026-09-07T05:30:00Z', by: null }
  const corrected: Revision = { ...given, revision: 2, action: 'CORRECTED', value: 5, label: '5', comment: 'well argued', reason: 'a slip' }
  const found = changesOf([given, corrected, { ...corrected, revision: 3, action: 'WITHDRAWN', reason: 'twice' }])
  expect(found.map(({ action, reason, parts }) => [action, reason, parts])).toEqual([
    ['GIVEN', null, []],
    ['CORRECTED', 'a slip', [{ what: 'label', from: '4', to: '5' }, { what: 'comment', from: null, to: 'well argued' }]],
    ['WITHDRAWN', 'twice', []],
  ])
})
