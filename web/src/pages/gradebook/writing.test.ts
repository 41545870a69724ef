import { expect, test } from 'vitest'
import { writesIn } from './writing'

test('a teacher writes in all lessons of the own course, a substitute in the own ones of another’s', () => {
  const lessons = [{ id: 'L1', teacher: { id: 'own' } }, { id: 'L2', teacher: { id: 'instead' } }, { id: 'L3', teacher: null }]
  expect([...writesIn({ teacher: { id: 'own' } }, lessons, ['own'])]).toEqual(['L1', 'L2', 'L3'])
  expect([...writesIn({ teacher: { id: 'own' } }, lessons, ['instead'])]).toEqual(['L2'])
  expect([...writesIn({ teacher: { id: 'own' } }, lessons, [])]).toEqual([])
})
