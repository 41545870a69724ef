import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Answer, Content, Entry } from './entries'
import { NotReached, Queue, type Wire } from './queue'
import type { Shelf } from './shelf'

const shelfIn = (kept: Map<string, string>): Shelf => ({
  all: () => [...kept.values()].map((one) => JSON.parse(one) as Entry).sort((one, other) => one.order - other.order),
  get: (key) => JSON.parse(kept.get(key) ?? 'null') as Entry | null,
  put: (entry) => void kept.set(entry.key, JSON.stringify(entry)),
  drop: (key) => void kept.delete(key),
  write: () => {},
  refresh: () => {},
})

const said = (value: number, more: Partial<Content> = {}): Content => ({ value, weight: 1, work: 'ANSWER', comment: null, ...more })

/** The school's side: what it has, by the rules of docs/api.md, and the network before it. */
class School implements Wire {
  marks = new Map<string, { id: string; revision: number; content: Content; first: Content; gone: boolean; last: string }>()
  register = new Map<string, string>()
  asked: string[] = []
  network: 'up' | 'down' | 'loses answers' = 'up'
  broken: string[] = []

  async give(lesson: string, marks: { id: string; pupil: string; content: Content }[]): Promise<Answer[]> {
    return this.through(`give ${lesson} ${marks.map(({ pupil, content }) => `${pupil}:${content.value}`).join(' ')}`, () =>
      marks.map(({ id, content }): Answer => {
        if (content.value > 5) return { refused: 'OUT_OF_SCALE' }
        const old = this.marks.get(`M${id}`)
        if (old && JSON.stringify(old.first) !== JSON.stringify(content)) return { refused: 'CONFLICT' }
        if (!old) this.marks.set(`M${id}`, { id: `M${id}`, revision: 1, content, first: content, gone: false, last: '' })
        return this.answer(`M${id}`)
      }))
  }

  async change(step: Parameters<Wire['change']>[0]): Promise<Answer> {
    const what = step.do === 'correct' ? `correct ${step.revision} to ${step.content.value}` : `withdraw ${step.revision}`
    return this.through(what, (): Answer => {
      const mark = this.marks.get(step.id)!
      if (mark.last === JSON.stringify(step)) return this.answer(step.id)
      if (mark.gone) return { refused: 'ALREADY_WITHDRAWN' }
      if (mark.revision !== step.revision) return { refused: 'CONFLICT' }
      Object.assign(mark, { revision: mark.revision + 1, last: JSON.stringify(step) }, step.do === 'correct' ? { content: step.content } : { gone: true })
      return this.answer(step.id)
    })
  }

  async record(lesson: string, entries: { pupil: string; wanted: { kind: string } }[]): Promise<(string | null)[]> {
    return this.through(`record ${lesson} ${entries.map(({ pupil, wanted }) => `${pupil}:${wanted.kind}`).join(' ')}`, () =>
      entries.map(({ pupil, wanted }) => {
        this.register.set(`${lesson} ${pupil}`, wanted.kind)
        return null
      }))
  }

  values(): number[] {
    return [...this.marks.values()].filter(({ gone }) => !gone).map(({ content }) => content.value)
  }

  private answer(id: string): Answer {
    const { revision, content, gone } = this.marks.get(id)!
    return gone ? { withdrawn: true } : { known: { id, revision, content } }
  }

  private async through<T>(what: string, work: () => T): Promise<T> {
    this.asked.push(what)
    if (this.network === 'down') throw new NotReached('OFFLINE')
    if (this.broken.some((one) => what.includes(one))) throw new NotReached('INTERNAL')
    const answer = work()
    if (this.network === 'loses answers') throw new NotReached('OFFLINE')
    await Promise.resolve()
    return answer
  }
}

let [school, kept] = [new School(), new Map<string, string>()]
let queue = new Queue(shelfIn(kept), school)
const mark = (pupil: string, lesson = 'L') => ({ lesson, pupil, key: `${lesson}${pupil}`, known: null })

beforeEach(() => {
  vi.useFakeTimers()
  ;[school, kept] = [new School(), new Map()]
  queue = new Queue(shelfIn(kept), school)
})

afterEach(() => {
  queue.close()
  vi.useRealTimers()
})

test('marks of a lesson go together, and nothing is left of them', async () => {
  queue.setMark(mark('a'), said(5))
  queue.setMark(mark('b'), said(4))
  queue.setMark(mark('c', 'K'), said(3))
  expect(queue.status()).toEqual({ waiting: 3, failed: 0, broken: null })
  await vi.advanceTimersByTimeAsync(500)
  expect(school.asked).toEqual(['give L a:5 b:4', 'give K c:3'])
  expect([kept.size, queue.status()]).toEqual([0, { waiting: 0, failed: 0, broken: null }])
})

test('a hundred go at once, the rest after them', async () => {
  for (let index = 0; index < 130; index += 1) queue.setMark(mark(`p${index}`), said(5))
  await queue.send()
  expect(school.asked.map((one) => one.split(' ').length - 2)).toEqual([100, 30])
})

test('what is typed over before it was sent is never sent', async () => {
  queue.setMark(mark('a'), said(2))
  queue.setMark(mark('a'), said(5))
  queue.setMark(mark('b'), said(3))
  queue.setMark(mark('b'), null)
  await queue.send()
  expect(school.asked).toEqual(['give L a:5'])
})

test('what is typed over while it is under way is corrected after the answer', async () => {
  queue.setMark(mark('a'), said(2))
  const first = queue.send()
  queue.setMark(mark('a'), said(5))
  await first
  await queue.send()
  expect(school.asked).toEqual(['give L a:2', 'correct 1 to 5'])
  expect(school.values()).toEqual([5])
})

test('after a lost answer the same is sent again, then what was wanted since', async () => {
  school.network = 'loses answers'
  queue.setMark(mark('a'), said(2))
  await queue.send()
  queue.setMark(mark('a'), said(4, { comment: 'by heart' }))
  school.network = 'up'
  await queue.send()
  expect(school.asked).toEqual(['give L a:2', 'give L a:2', 'correct 1 to 4'])
  expect(school.values()).toEqual([4])
  expect(kept.size).toBe(0)
})

test('a lost answer to a correction and to a withdrawal', async () => {
  queue.setMark(mark('a'), said(2))
  const known = await new Promise<Entry>((tell) => {
    queue.listen((entry, done) => void (entry && done && tell(entry)))
    void queue.send()
  })
  const target = { ...mark('a'), known: known.kind === 'mark' ? known.known : null }
  school.network = 'loses answers'
  queue.setMark(target, said(3))
  await queue.send()
  queue.setMark(target, null, 'of somebody else')
  school.network = 'up'
  await queue.send()
  expect(school.asked.slice(1)).toEqual(['correct 1 to 3', 'correct 1 to 3', 'withdraw 2'])
  expect([school.values(), kept.size]).toEqual([[], 0])
})

test('ten minutes without a network lose nothing, also after a reload', async () => {
  school.network = 'down'
  for (let index = 0; index < 30; index += 1) queue.setMark(mark(`p${index}`, index % 2 ? 'K' : 'L'), said(2 + (index % 4)))
  queue.setPresence('L', 'p1', { kind: 'ABSENT', minutesLate: null })
  await vi.advanceTimersByTimeAsync(600_000)
  expect(queue.status()).toEqual({ waiting: 31, failed: 0, broken: 'OFFLINE' })
  queue.close()
  queue = new Queue(shelfIn(kept), school)
  school.network = 'up'
  await queue.send()
  expect(school.values()).toHaveLength(30)
  expect(school.register).toEqual(new Map([['L p1', 'ABSENT']]))
  expect(queue.status()).toEqual({ waiting: 0, failed: 0, broken: null })
})

test('without a network it asks ever more seldom, and by itself', async () => {
  school.network = 'down'
  queue.setMark(mark('a'), said(5))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(school.asked.length).toBeGreaterThan(4)
  expect(school.asked.length).toBeLessThan(9)
  school.network = 'up'
  await vi.advanceTimersByTimeAsync(31_000)
  expect(school.values()).toEqual([5])
})

test('what was taken back without a network does not stop what comes after it', async () => {
  school.network = 'down'
  queue.setPresence('K', 'z', { kind: 'ABSENT', minutesLate: null })
  await vi.advanceTimersByTimeAsync(500)
  kept.clear()  // another window was faster
  school.network = 'up'
  await vi.advanceTimersByTimeAsync(60_000)
  queue.setMark(mark('a'), said(5))
  await vi.advanceTimersByTimeAsync(500)
  expect([school.values(), queue.status()]).toEqual([[5], { waiting: 0, failed: 0, broken: null }])
})

test('a refused mark stays with its reason, holds up no other, and is sent again when it is touched', async () => {
  queue.setMark(mark('a'), said(9))
  queue.setMark(mark('b'), said(4))
  await queue.send()
  expect(queue.status()).toEqual({ waiting: 0, failed: 1, broken: null })
  expect(queue.entry('La')?.failed).toBe('OUT_OF_SCALE')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(school.asked).toHaveLength(1)
  queue.setMark(mark('a'), said(5))
  await queue.send()
  expect([school.values().sort(), queue.status().failed]).toEqual([[4, 5], 0])
})

test('a refused mark can be let go of; one that waits can not', async () => {
  queue.setMark(mark('a'), said(9))
  queue.discard('La')
  expect(kept.size).toBe(1)
  await queue.send()
  queue.discard('La')
  expect(kept.size).toBe(0)
})

test('a mark that somebody else has changed is a conflict; typed again over what is there now, it is taken', async () => {
  school.marks.set('M', { id: 'M', revision: 3, content: said(4), first: said(2), gone: false, last: '' })
  const target = { lesson: 'L', pupil: 'a', key: 'M', known: { id: 'M', revision: 2, content: said(3) } }
  queue.setMark(target, said(5))
  await queue.send()
  expect([queue.entry('M')?.failed, school.values()]).toEqual(['CONFLICT', [4]])
  queue.setMark({ ...target, known: { id: 'M', revision: 3, content: said(4) } }, said(5))
  await queue.send()
  expect([kept.size, school.values()]).toEqual([0, [5]])
})

test('a mark that was withdrawn meanwhile becomes a new one when it is typed again', async () => {
  school.marks.set('M', { id: 'M', revision: 2, content: said(3), first: said(3), gone: true, last: '' })
  queue.setMark({ lesson: 'L', pupil: 'a', key: 'M', known: { id: 'M', revision: 1, content: said(3) } }, said(5))
  await queue.send()
  expect(queue.entry('M')?.failed).toBe('ALREADY_WITHDRAWN')
  queue.setMark({ lesson: 'L', pupil: 'a', key: 'M', known: null }, said(5))
  await queue.send()
  expect([kept.size, school.values()]).toEqual([0, [5]])
})

test('withdrawing what is withdrawn already is done', async () => {
  school.marks.set('M', { id: 'M', revision: 2, content: said(3), first: said(3), gone: true, last: '' })
  queue.setMark({ lesson: 'L', pupil: 'a', key: 'M', known: { id: 'M', revision: 1, content: said(3) } }, null)
  await queue.send()
  expect(kept.size).toBe(0)
})

test('a batch that the service cannot answer holds up no other', async () => {
  school.broken = ['give L']
  queue.setMark(mark('a'), said(5))
  queue.setMark(mark('b', 'K'), said(4))
  await queue.send()
  expect([school.values(), queue.status()]).toEqual([[4], { waiting: 1, failed: 0, broken: 'INTERNAL' }])
  school.broken = []
  await vi.advanceTimersByTimeAsync(2000)
  expect(school.values()).toEqual([4, 5])
})

test('a bug in sending loses nothing, and does not send without a pause', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => {})
  const give = vi.spyOn(school, 'give').mockRejectedValue(new TypeError('a bug'))
  queue.setMark(mark('a'), said(5))
  await vi.advanceTimersByTimeAsync(5000)
  expect(queue.status()).toEqual({ waiting: 1, failed: 0, broken: 'INTERNAL' })
  expect([give.mock.calls.length, told.mock.calls.length]).toEqual([3, 3])
  give.mockRestore()
  told.mockRestore()
  await queue.send()
  expect([school.values(), kept.size]).toEqual([[5], 0])
})

test('the last entry of the register counts, also one made while the first is under way', async () => {
  queue.setPresence('L', 'a', { kind: 'ABSENT', minutesLate: null })
  const first = queue.send()
  queue.setPresence('L', 'a', { kind: 'LATE', minutesLate: 5 })
  await first
  await queue.send()
  expect(school.register.get('L a')).toBe('LATE')
  expect(kept.size).toBe(0)
})

test('two windows send the same once more at most, and end with the same', async () => {
  school.network = 'loses answers'
  queue.setMark(mark('a'), said(5))
  await queue.send()
  school.network = 'up'
  const other = new Queue(shelfIn(kept), school)
  await Promise.all([queue.send(), other.send()])
  expect([school.values(), kept.size]).toEqual([[5], 0])
  other.close()
})
