import { expect, test } from 'vitest'
import { outcome, Sending } from './sending'

test('the same words about a pupil have one id until there is an answer', () => {
  const sending = new Sending()
  const first = sending.of('PRAISE Well done', 'anna')
  expect([sending.of('PRAISE Well done', 'anna'), sending.of('PRAISE Well done', 'boris') === first]).toEqual([first, false])
  const other = sending.of('CONCERN Well done', 'anna')
  expect(other).not.toBe(first)
  sending.answered()
  expect(sending.of('CONCERN Well done', 'anna')).not.toBe(other)
})

test('who was refused stays chosen', () => {
  expect(outcome(['anna', 'boris', 'vera'], [{ __typename: 'Remark', id: 'r' }, { __typename: 'Refusal', code: 'BAD_INPUT' }, { __typename: 'Refusal', code: 'NOT_FOUND' }]))
    .toEqual({ made: ['r'], left: ['boris', 'vera'], code: 'BAD_INPUT' })
  expect(outcome(['anna'], [{ __typename: 'Remark', id: 'r' }])).toEqual({ made: ['r'], left: [], code: null })
})
