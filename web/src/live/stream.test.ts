import { describe, expect, test, vi } from 'vitest'
import { Stream } from './stream'
import type { Message } from './Updates.graphql'

function setUp() {
  const told: string[] = []
  const connections: { after: string | null; next: (message: Message) => void; done: () => void }[] = []
  const stream = new Stream(
    (cursor, next, done) => {
      connections.push({ after: cursor(), next, done })
      return () => told.push('stopped')
    },
    { update: (update) => told.push(update.cursor), opened: () => told.push('opened'), ended: () => told.push('ended') },
  )
  stream.start()
  return { told, connections, stream, last: () => connections[connections.length - 1]! }
}

const opened = (cursor: string): Message => ({ __typename: 'StreamOpened', cursor })
const happened = (cursor: string): Message =>
  ({ __typename: 'Passed', cursor, childId: 'c', occurredAt: '', late: false, direction: 'IN' })

describe('the family stream', () => {
  test('resumes after the last thing it was told, and asks for nothing anew', () => {
    vi.useFakeTimers()
    const { told, connections, last } = setUp()
    last().next(opened('1'))
    last().next(happened('2'))
    last().done()
    vi.runAllTimers()
    last().next(opened('2'))
    expect(connections.map(({ after }) => after)).toEqual([null, '2'])
    expect(told).toEqual(['opened', '2'])
  })

  test('resumes where it fell behind', () => {
    vi.useFakeTimers()
    const { connections, last } = setUp()
    last().next({ __typename: 'StreamClosed', code: 'FELL_BEHIND', cursor: '7' })
    last().done()
    vi.runAllTimers()
    expect(connections[1]?.after).toBe('7')
  })

  test('begins anew, and says so, where its cursor is too old', () => {
    vi.useFakeTimers()
    const { told, connections, last } = setUp()
    last().next(opened('1'))
    last().next({ __typename: 'Refusal', code: 'CURSOR_TOO_OLD' })
    last().done()
    vi.runAllTimers()
    last().next(opened('9'))
    expect(connections.map(({ after }) => after)).toEqual([null, null])
    expect(told).toEqual(['opened', 'opened'])
  })

  test.each(['NOT_FOUND', 'NOT_SIGNED_IN'] as const)('ends for good after %s', (code) => {
    vi.useFakeTimers()
    const { told, connections, last } = setUp()
    last().next({ __typename: 'StreamClosed', code, cursor: '7' })
    last().done()
    vi.runAllTimers()
    expect([told, connections.length]).toEqual([['ended'], 1])
  })

  test('does not come back once it is closed', () => {
    vi.useFakeTimers()
    const { told, connections, stream, last } = setUp()
    stream.close()
    last().done()
    vi.runAllTimers()
    expect([told, connections.length]).toEqual([['stopped'], 1])
  })
})
