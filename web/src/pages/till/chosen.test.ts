import { expect, test } from 'vitest'
import { ANOTHER, chosenTill, keepTill } from './chosen'

const storage = (): Storage => {
  const kept = new Map<string, string>()
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) } as Storage
}

test('the till of last time is there at once, another one can be chosen, and one that is gone is not', () => {
  const [buffet, hall, device] = [{ id: 'buffet' }, { id: 'hall' }, storage()]
  expect(chosenTill([buffet, hall], undefined, device)).toBeUndefined()
  keepTill('hall', device)
  expect(chosenTill([buffet, hall], undefined, device)).toBe(hall)
  expect(chosenTill([buffet, hall], 'buffet', device)).toBe(buffet)
  expect(chosenTill([buffet, hall], ANOTHER, device)).toBeUndefined()
  expect(chosenTill([buffet, { id: 'yard' }], undefined, device)).toBeUndefined()
  expect(chosenTill([buffet], ANOTHER, device)).toBe(buffet)
})
