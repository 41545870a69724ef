import { expect, it } from 'vitest'
import { type Key, minorOf, typed } from './amount'

const after = (keys: string, places = 2): string =>
  [...keys].reduce((text, key) => typed(text, key === '<' ? 'back' : key === 'C' ? 'clear' : (key as Key), places), '')

it.each([
  ['120', '120'], ['45,5', '45,5'], ['45,567', '45,56'], ['4,,5', '4,5'], [',5', '0,5'], ['007', '7'], ['123456', '12345'], ['12<3', '13'], ['12C', ''], ['<', ''],
])('the keys %s make %s', (keys, text) => {
  expect(after(keys)).toBe(text)
})

it('a currency without a hundredth has no comma', () => {
  expect(after('12,5', 0)).toBe('125')
})

it.each([['', 0], ['120', 12_000], ['45,5', 4550], ['45,05', 4505], ['0,1', 10], ['12,', 1200]])('%s is %i in minor units', (text, minor) => {
  expect(minorOf(text, 2)).toBe(minor)
})
