import { expect, test } from 'vitest'
import { labelsOf, said, stepsOf } from './steps'

const hundred = { lowest: 0, highest: 100, labels: [] }
const passed = { lowest: 0, highest: 1, labels: [{ value: 0, label: 'незачёт' }, { value: 1, label: 'зачёт' }] }

test('labels are typed as value and word', () => {
  expect(labelsOf('5 A, 4 = B')).toEqual([{ value: 5, label: 'A' }, { value: 4, label: 'B' }])
  expect([labelsOf(''), labelsOf('A 5'), labelsOf('5')]).toEqual([[], null, null])
})

test('steps are typed as values and what they become', () => {
  const steps = [{ lowest: 85, highest: 100, value: 1 }, { lowest: 0, highest: 49, value: 0 }]
  expect(stepsOf('85–100 зачёт\n0-49 = 0', hundred, passed)).toEqual(steps)
  expect(steps.map((step) => said(step, hundred, passed))).toEqual(['85–100 → зачёт', '0–49 → незачёт'])
  expect(stepsOf('зачёт 85', passed, hundred)).toEqual([{ lowest: 1, highest: 1, value: 85 }])
  expect([stepsOf('', hundred, passed), stepsOf('85', hundred, passed), stepsOf('85 сдано', hundred, passed)]).toEqual([null, null, null])
})
