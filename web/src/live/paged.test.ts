import { expect, test } from 'vitest'
import { append, join, type Page } from './paged'

const page = (cursors: string, hasNextPage = true): Page<string> => ({ edges: [...cursors].map((cursor) => ({ cursor, node: cursor })), pageInfo: { hasNextPage } })

test('what is new stands above what was read', () => {
  expect(join(page('gfe'), page('fedcba', false))).toEqual(page('gfedcba', false))
})

test('what has changed is as the newest page says', () => {
  const newest = { ...page('fe'), edges: [{ cursor: 'f', node: 'refunded' }, { cursor: 'e', node: 'e' }] }
  expect(join(newest, page('fed')).edges.map(({ node }) => node)).toEqual(['refunded', 'e', 'd'])
})

test('nothing is left out unseen: after a gap there is the newest page alone', () => {
  expect(join(page('zyx'), page('fed', false))).toEqual(page('zyx'))
  expect(join(page('', false), page('fed'))).toEqual(page('', false))
  expect(join(page('ab'), null)).toEqual(page('ab'))
})

test('an older page is put below the one that it was asked for', () => {
  expect(append(page('fed'), 'd', page('cb', false))).toEqual(page('fedcb', false))
  expect(append(page('zyx'), 'd', page('cb', false))).toEqual(page('zyx'))
})
