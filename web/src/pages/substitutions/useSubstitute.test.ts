import { expect, test } from 'vitest'
import { told } from './useSubstitute'

test('that a term is closed is told as it is, and what has no words here as anything that fails', () => {
  expect([told('CLOSED'), told('ROOM_TAKEN'), told('INTERNAL')]).toEqual(['CLOSED', 'ROOM_TAKEN', 'other'])
})
