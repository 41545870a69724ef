import { expect, test } from 'vitest'
import { rolesOf } from './roles'

const somebody = { classGroup: null, position: null, isGuardian: false, leftOn: null }

test('one is invited to what one is', () => {
  expect(rolesOf(somebody)).toEqual([])
  expect(rolesOf({ ...somebody, isGuardian: true })).toEqual(['GUARDIAN'])
  expect(rolesOf({ ...somebody, classGroup: { id: 'g', name: '5А' } })).toEqual(['PUPIL'])
  expect(rolesOf({ ...somebody, position: 'Учитель', isGuardian: true })).toEqual(['GUARDIAN', 'TEACHER', 'CANTEEN', 'GUARD', 'OFFICE'])
})

test('whoever leaves is invited as a parent at most', () => {
  expect(rolesOf({ ...somebody, position: 'Учитель', isGuardian: true, leftOn: '2026-09-01' })).toEqual(['GUARDIAN'])
})
