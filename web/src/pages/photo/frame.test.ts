import { expect, test } from 'vitest'
import { BEGUN, frameOf } from './frame'

test('a square of the upper middle at first', () => {
  expect(frameOf({ width: 300, height: 200 }, BEGUN)).toEqual({ left: 50, top: 0, edge: 200 })
  expect(frameOf({ width: 200, height: 300 }, BEGUN)).toEqual({ left: 0, top: 30, edge: 200 })
})

test('it stays within the picture wherever it is moved', () => {
  for (const zoom of [1, 1.7, 3]) for (const x of [0, 0.5, 1]) for (const y of [0, 1]) {
    const { left, top, edge } = frameOf({ width: 640, height: 480 }, { zoom, x, y })
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
    expect(left + edge).toBeLessThanOrEqual(640 + 1e-9)
    expect(top + edge).toBeLessThanOrEqual(480 + 1e-9)
  }
})
