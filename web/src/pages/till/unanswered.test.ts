import { beforeEach, expect, it, vi } from 'vitest'
import { type Done, NotAnswered, type Shelf, type Step, Unanswered } from './unanswered'

const SUM = { minor: 4500, currency: 'RUB' }

function step(id: string): Step {
  return { do: 'sell', who: 'Anna', ...SUM, input: { id, tillId: 't', tapId: id, items: [{ name: 'Meal', quantity: 1, price: 4500 }], total: SUM } }
}

function shelf(): Shelf {
  const kept = new Map<string, string>()
  return {
    get length() { return kept.size }, key: (index) => [...kept.keys()][index] ?? null, getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key),
  }
}

/** A service that answers as it is told, and what it was asked. */
function service(...answers: (Done | string)[]) {
  const asked: string[] = []
  const wire = async (one: Step): Promise<Done> => {
    asked.push(JSON.stringify(one.input))
    const answer = answers.shift() ?? 'OFFLINE'
    if (typeof answer === 'string') throw new NotAnswered(answer)
    return answer
  }
  return { asked, wire }
}

const DONE: Done = { refused: null, transferId: 'sale' }

beforeEach(() => void vi.useFakeTimers())

it('repeats to the letter what was not answered, and then asks no more', async () => {
  const { asked, wire } = service('OFFLINE', 'TIMED_OUT', DONE)
  const kept = shelf()
  const done = vi.fn()
  const sender = new Unanswered('till.', wire, kept, { done, changed: () => {} })
  sender.add(step('1'))
  await vi.advanceTimersByTimeAsync(0)
  expect(sender.current).toEqual({ step: step('1'), trouble: 'OFFLINE' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toEqual([0, 1, 2].map(() => JSON.stringify(step('1').input)))
  expect(done.mock.calls).toEqual([[step('1'), DONE]])
  expect([sender.current, kept.length]).toEqual([{ step: null, trouble: null }, 0])
})

it('takes up after a reload what was in doubt', async () => {
  const kept = shelf()
  const before = new Unanswered('till.', service().wire, kept, { done: () => {}, changed: () => {} })
  before.add(step('1'))
  before.close()
  const { asked, wire } = service(DONE)
  const other = new Unanswered('other till.', wire, kept, { done: () => {}, changed: () => {} })
  await other.send()
  expect(asked).toEqual([])
  const after = new Unanswered('till.', wire, kept, { done: () => {}, changed: () => {} })
  expect(after.current.step).toEqual(step('1'))
  await after.send()
  expect([asked.length, kept.length]).toEqual([1, 0])
})

it('a refusal is an answer', async () => {
  const { asked, wire } = service({ refused: 'TAP_USED' })
  const done = vi.fn()
  new Unanswered('till.', wire, shelf(), { done, changed: () => {} }).add(step('1'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([asked.length, done.mock.calls[0]?.[1]]).toEqual([1, { refused: 'TAP_USED' }])
})

it('asks one after another', async () => {
  const { asked, wire } = service('OFFLINE', DONE, DONE)
  const sender = new Unanswered('till.', wire, shelf(), { done: () => {}, changed: () => {} })
  sender.add(step('1'))
  sender.add(step('2'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked.map((one) => JSON.parse(one).id)).toEqual(['1', '1', '2'])
})

it('forgets what the service cannot answer, when the cook says so', async () => {
  const { wire } = service('INTERNAL')
  const kept = shelf()
  const sender = new Unanswered('till.', wire, kept, { done: () => {}, changed: () => {} })
  sender.add(step('1'))
  await vi.advanceTimersByTimeAsync(0)
  sender.forget()
  expect([sender.current.step, kept.length]).toEqual([null, 0])
})
