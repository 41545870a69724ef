import { expect, test } from 'vitest'
import { begunBy, gradeOf, labelOf, shortly, withConverted } from './grades'

const passed = { lowest: 0, highest: 1, labels: [{ value: 0, label: 'незачёт' }, { value: 1, label: 'зачёт' }] }
const letters = { lowest: 1, highest: 3, labels: [{ value: 1, label: 'A-' }, { value: 2, label: 'A' }] }

test('a grade is shown by its label, else by its number', () => {
  expect([labelOf(passed, 1), labelOf(letters, 3), labelOf(null, 5), shortly('незачёт'), shortly('A-')]).toEqual(['зачёт', '3', '5', 'нез', 'A-'])
  expect([withConverted({ label: '85', converted: '5' }), withConverted({ label: '5', converted: null })]).toEqual(['85 (5)', '5'])
})

test('a label is meant by its beginning where it can be no other, with ё or without', () => {
  expect(['зач', 'ЗАЧЕТ', 'н', '', 'x', ' незачет '].map((text) => gradeOf(passed, text))).toEqual([1, 1, 0, null, null, 0])
  expect([gradeOf(letters, 'a'), gradeOf(letters, 'a-'), begunBy(letters, 'a').length]).toEqual([2, 1, 2])
})
