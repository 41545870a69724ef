import { expect, test } from 'vitest'
import type { PlacedPage } from '../pages'
import { arranged } from './arranged'

const place = (path: string): PlacedPage => ({ path, Page: () => null, place: { label: 'nav.today', icon: 'day', ...(path.endsWith('*') && { aside: true }) } })
const pathsOf = (places: string) => {
  const { near, far } = arranged([...places.split(' ')].map(place))
  return [near, far].map((pages) => pages.map(({ path }) => path).join(' '))
}

test('a single place that is aside has room of its own', () => {
  expect(pathsOf('home account*')).toEqual(['home account*', ''])
  expect(pathsOf('a b c d account*')).toEqual(['a b c d account*', ''])
})

test('what is wanted less often is behind "more"', () => {
  expect(pathsOf('today meals passes* record* account*')).toEqual(['today meals', 'passes* record* account*'])
})

test('there are never more than four beside "more"', () => {
  expect(pathsOf('a b c d e account*')).toEqual(['a b c d', 'e account*'])
})
