import { expect, test } from 'vitest'
import { durationOf } from './useDuration'

test('the largest unit of which there is one', () => {
  expect([0, 59, 60, 1260, 7200, 200_000].map((seconds) => durationOf(seconds, 'en'))).toEqual(['0 secs', '59 secs', '1 min', '21 mins', '2 hrs', '2 days'])
  expect(durationOf(1260, 'ru')).toBe('21 мин')
})
