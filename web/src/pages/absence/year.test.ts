import { expect, test } from 'vitest'
import { yearOf } from './year'

test.each([['2026-09-01', '2026-09-01'], ['2026-11-27', '2026-09-01'], ['2027-01-10', '2026-09-01'], ['2027-08-31', '2026-09-01']])(
  'on %s the school year has begun on %s', (today, begun) => expect(yearOf(today)).toBe(begun))
