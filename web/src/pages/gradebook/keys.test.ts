import { expect, test } from 'vitest'
import { actionOf, kindOf } from './keys'

const stroke = (key: string, held: Partial<Record<'ctrl' | 'alt' | 'shift', boolean>> = {}) => actionOf({ key, ctrl: false, alt: false, shift: false, ...held })

test('the keys of a spreadsheet', () => {
  expect(stroke('ArrowLeft')).toEqual({ do: 'move', rows: 0, columns: -1 })
  expect(stroke('Enter')).toEqual({ do: 'down' })
  expect(stroke('Enter', { shift: true })).toEqual({ do: 'up' })
  expect(stroke('Enter', { alt: true })).toEqual({ do: 'details' })
  expect(stroke('F2')).toEqual({ do: 'details' })
  expect(stroke('Delete')).toEqual({ do: 'withdraw' })
  expect(stroke('5')).toEqual({ do: 'digit', digit: '5' })
  expect(stroke('End', { ctrl: true })).toMatchObject({ do: 'move', rows: 10_000, columns: 10_000 })
})

test('undo in both alphabets', () => {
  expect([stroke('z', { ctrl: true }), stroke('я', { ctrl: true }), stroke('z')]).toEqual([{ do: 'undo' }, { do: 'undo' }, null])
})

test('what is the browser’s stays the browser’s', () => {
  for (const key of ['Tab', 'F5', 'Shift', ' ', 'x']) expect(stroke(key)).toBeNull()
  for (const key of ['c', 'v', 'н', 'y', '5']) expect(stroke(key, { ctrl: true })).toBeNull()
  expect(stroke('ArrowLeft', { alt: true })).toBeNull()
})

test.each([['ABSENT', 'нНyna'], ['LATE', 'оОjol'], ['EXCUSED', 'уУeE'], ['PRESENT', 'пgpP']] as const)('%s by any of %s', (kind, letters) => {
  expect([...letters].map(kindOf)).toEqual([...letters].map(() => kind))
})

test('no letter is two things, and words are none', () => {
  expect([kindOf('x'), kindOf('нет'), kindOf('')]).toEqual([null, null, null])
})

test('a letter of a label may be a grade', () => {
  expect(actionOf({ key: 'З', ctrl: false, alt: false, shift: true }, 'зачёт')).toEqual({ do: 'letter', letter: 'З' })
  expect(actionOf({ key: 'н', ctrl: false, alt: false, shift: false }, 'зачёт')).toEqual({ do: 'presence', kind: 'ABSENT' })
})
