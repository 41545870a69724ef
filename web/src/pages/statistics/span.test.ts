import { expect, test } from 'vitest'
import { spanOf, turned } from './span'

test('a week has seven days, today among them', () => {
  expect(spanOf('2026-09-13', 'week')).toEqual({ from: '2026-09-07', to: '2026-09-13' })
})

test('spans lie side by side, and end today', () => {
  expect(turned('2026-09-13', 'week', false, '2026-09-13')).toBe('2026-09-06')
  expect(turned('2026-09-06', 'week', true, '2026-09-13')).toBe('2026-09-13')
  expect(turned('2026-09-10', 'month', true, '2026-09-13')).toBe('2026-09-13')
})
