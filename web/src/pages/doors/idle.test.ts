import { expect, test } from 'vitest'
import { idleOf } from './idle'

test('a rule of a class that has ended, or whose last day is over, lets nobody pass', () => {
  const rule = { classGroup: { id: '7А', name: '7А' }, validUntil: null }
  expect(idleOf(rule, new Set(['7А']), '2026-09-07')).toBeNull()
  expect(idleOf(rule, null, '2026-09-07')).toBeNull()
  expect(idleOf(rule, new Set(['8А']), '2026-09-07')).toBe('classEnded')
  expect(idleOf({ classGroup: null, validUntil: '2026-09-07' }, new Set(), '2026-09-07')).toBeNull()
  expect(idleOf({ classGroup: null, validUntil: '2026-09-06' }, new Set(), '2026-09-07')).toBe('dateOver')
})
