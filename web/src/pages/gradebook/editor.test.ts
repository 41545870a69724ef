import { beforeEach, expect, test, vi } from 'vitest'
import type { Answer, Content, Entry, Known } from '../../unsent/entries'
import { NotReached, Queue, type Wire } from '../../unsent/queue'
import type { Shelf } from '../../unsent/shelf'
import { Book, keyOf } from './book'
import { correctionsOf } from './corrections'
import { Editor } from './editor'
import type { GradebookData } from './Gradebook.graphql'

const LESSONS = ['L1', 'L2', 'L3']
const PUPILS = ['a', 'b', 'c']

/** Takes everything, unless it is told not to. */
class Desk implements Wire {
  offline = false
  refuses: string | null = null
  asked: string[] = []

  give = async (_: string, marks: { id: string; pupil: string; content: Content }[]): Promise<Answer[]> =>
    this.answer(marks.map(({ id, pupil, content }) => [`give ${pupil} ${content.value}`, { known: { id: `M${id}`, revision: 1, content } }] as const))

  change = async (step: Parameters<Wire['change']>[0]): Promise<Answer> => {
    if (step.do === 'withdraw') return (await this.answer([[`withdraw ${step.revision}`, { withdrawn: true }]]))[0]!
    return (await this.answer([[`correct ${step.revision} to ${step.content.value}`, { known: { id: step.id, revision: step.revision + 1, content: step.content } }]]))[0]!
  }

  record = async (_: string, entries: { pupil: string }[]): Promise<null[]> => {
    if (this.offline) throw new NotReached('OFFLINE')
    return entries.map(() => null)
  }

  private async answer(said: (readonly [string, Answer])[]): Promise<Answer[]> {
    if (this.offline) throw new NotReached('OFFLINE')
    this.asked.push(...said.map(([what]) => what))
    return said.map(([, answer]) => (this.refuses ? { refused: this.refuses } : answer))
  }
}

function shelf(): Shelf {
  const kept = new Map<string, Entry>()
  return { all: () => [...kept.values()].sort((one, other) => one.order - other.order), get: (key) => kept.get(key) ?? null, put: (entry) => void kept.set(entry.key, entry), drop: (key) => void kept.delete(key), write: () => {}, refresh: () => {} }
}

const content = (value: number, more: Partial<Content> = {}): Content => ({ value, weight: 1, work: 'ANSWER', comment: null, ...more })

/** What the server says: per cell, marks as they stand. */
function gradebook(marks: Record<string, Known[]> = {}): GradebookData {
  return {
    course: { id: 'C', subject: { name: 'Алгебра' }, classGroup: { name: '5A' }, group: null, scale: { lowest: 2, highest: 5, counts: true, labels: [] }, teacher: { id: 'T' } },
    lessons: LESSONS.map((id, index) => ({ id, date: `2026-11-2${index}`, bell: 1, startsAt: `2026-11-2${index}T06:00:00Z`, topic: null, cancelled: false, teacher: null })),
    pupils: PUPILS.map((id) => ({
      person: { id, familyName: id, givenName: id }, leftOn: null, attendance: [],
      marks: LESSONS.flatMap((lessonId) => (marks[keyOf(lessonId, id)] ?? []).map((mark) => ({ id: mark.id, revision: mark.revision, lessonId, ...mark.content }))),
    })),
    announced: [], reasons: [], works: [], ofOwnWork: [], retakes: [], replaced: [],
  }
}

const values = (cell: string): number[] => book.cell(cell).marks.map((mark) => mark.content.value)
const [A1, B1] = [{ lesson: 'L1', pupil: 'a' }, { lesson: 'L1', pupil: 'b' }]
const at = ({ lesson, pupil }: { lesson: string; pupil: string }): string => keyOf(lesson, pupil)

let desk = new Desk()
let queue = new Queue(shelf(), desk)
let book = new Book(queue)
let now = 0
let editor = new Editor(book, queue, { lowest: 2, highest: 5, labels: [] }, () => now)

beforeEach(() => {
  vi.useFakeTimers()
  desk = new Desk()
  queue = new Queue(shelf(), desk)
  book = new Book(queue)
  book.follow()
  book.load(gradebook({ [at(B1)]: [{ id: 'M', revision: 2, content: content(3, { work: 'TEST', comment: 'так' }) }] }))
  now = 0
  editor = new Editor(book, queue, { lowest: 2, highest: 5, labels: [] }, () => now)
})

test('a typed mark is there at once, being saved, then saved; only its cell is told', async () => {
  const [own, other] = [vi.fn(), vi.fn()]
  book.subscribe(at(A1), own)
  book.subscribe(at(B1), other)
  const untouched = book.cell(at(B1))
  expect(editor.type(A1, 5)).toBeNull()
  expect([values(at(A1)), book.cell(at(A1)).state]).toEqual([[5], 'saving'])
  await queue.send()
  expect([values(at(A1)), book.cell(at(A1)).state]).toEqual([[5], 'saved'])
  expect(own).toHaveBeenCalledTimes(2)
  expect(other).not.toHaveBeenCalled()
  expect(book.cell(at(B1))).toBe(untouched)
})

test('typing over a mark corrects it and leaves the rest of what it says', async () => {
  editor.type(B1, 4)
  await queue.send()
  expect(desk.asked).toEqual(['correct 2 to 4'])
  expect(book.cell(at(B1)).marks[0]).toMatchObject({ state: 'saved', known: { id: 'M', revision: 3, content: { value: 4, work: 'TEST', comment: 'так' } } })
})

test('one more mark in a lesson, and then it is the one that is typed over', async () => {
  editor.type(B1, 5, true)
  await queue.send()
  editor.type(B1, 2)
  await queue.send()
  expect(values(at(B1))).toEqual([3, 2])
  expect(desk.asked).toEqual(['give b 5', 'correct 1 to 2'])
})

test('what the scale does not have changes nothing', () => {
  expect(editor.type(A1, 1)).toEqual({ say: 'outOfScale' })
  expect(new Editor(book, queue, null).type(A1, 5)).toEqual({ say: 'noScale' })
  expect([queue.entries(), values(at(A1))]).toEqual([[], []])
})

test('new marks are of the kind that was chosen for the lesson, else like the last one', async () => {
  expect([editor.workOf('L1'), editor.workOf('L2')]).toEqual(['TEST', 'ANSWER'])
  editor.works.set('L2', 'EXAM')
  editor.type({ lesson: 'L2', pupil: 'a' }, 5)
  expect(book.cell('L2 a').marks[0]!.content.work).toBe('EXAM')
})

test('an absence that was announced takes its reason: an excused one, and any where the school has accepted it', () => {
  const ill = { id: 'R', name: 'Болезнь', sign: 'Б', excused: true }
  const announce = (accepted: boolean) => book.load({ ...gradebook(), announced: [{ lessonId: 'L1', pupilId: 'a', accepted, reason: ill }], reasons: [ill] })
  const entry = () => book.cell(at(A1)).presence
  announce(false)
  expect(book.cell(at(A1)).announced?.reason).toEqual(ill)
  editor.attend(A1, 'ABSENT')
  expect([entry(), book.cell(at(A1)).announced]).toEqual([{ kind: 'ABSENT', minutesLate: null }, null])
  queue.discard('L1 a')
  for (const [accepted, kind] of [[false, 'EXCUSED'], [true, 'ABSENT']] as const) {
    const [place, pupil] = [{ lesson: 'L2', pupil: kind === 'ABSENT' ? 'a' : 'b' }, kind === 'ABSENT' ? 'a' : 'b']
    book.load({ ...gradebook(), announced: [{ lessonId: 'L2', pupilId: pupil, accepted, reason: ill }], reasons: [ill] })
    editor.attend(place, kind)
    expect(book.cell(at(place)).presence).toEqual({ kind: 'EXCUSED', minutesLate: null, reasonId: 'R' })
    expect(book.reasonOf(book.cell(at(place)).presence)?.sign).toBe('Б')
  }
})

test('undo: of a correction, of a withdrawal, of a new mark', async () => {
  editor.type(B1, 5)
  await queue.send()
  editor.undo()
  await queue.send()
  expect(values(at(B1))).toEqual([3])
  editor.withdraw(B1)
  await queue.send()
  expect(values(at(B1))).toEqual([])
  editor.undo()
  await queue.send()
  expect(book.cell(at(B1)).marks[0]!.content).toEqual(content(3, { work: 'TEST', comment: 'так' }))
  editor.type(A1, 4)
  await queue.send()
  editor.undo()
  await queue.send()
  expect(values(at(A1))).toEqual([])
  expect(editor.undo()).toEqual({ say: 'nothingToUndo' })
})

test('undo of what was not sent yet sends nothing', async () => {
  desk.offline = true
  editor.type(A1, 4)
  await queue.send()
  desk.offline = false
  editor.type(B1, 5)
  editor.undo()
  await queue.send()
  expect(desk.asked).toEqual(['give a 4'])
})

test('what is too old is not undone', () => {
  editor.type(A1, 4)
  now = 31 * 60_000
  expect(editor.undo()).toEqual({ say: 'nothingToUndo' })
  expect(values(at(A1))).toEqual([4])
})

test('what is pasted beside the own lessons of a substitute is left out', () => {
  expect(editor.paste(A1, '5\t4', new Set(['L2']))).toEqual({ say: 'pasted', count: 1, unknown: ['5'] })
})

test('a pasted column goes together, and is undone together', async () => {
  expect(editor.paste(A1, '5\n4\n9\n3')).toEqual({ say: 'pasted', count: 2, unknown: ['9', '3'] })
  await queue.send()
  expect([values(at(A1)), values(at(B1))]).toEqual([[5], [4]])
  editor.undo()
  await queue.send()
  expect([values(at(A1)), values(at(B1))]).toEqual([[], [3]])
})

test('the register: minutes belong to being late', () => {
  now = Date.parse('2026-11-20T06:10:00Z')
  editor.attend(A1, 'ABSENT')
  expect(book.cell(at(A1)).presence).toEqual({ kind: 'ABSENT', minutesLate: null })
  now = Date.parse('2026-11-20T06:12:30Z')
  editor.attend(A1, 'LATE')
  expect(book.cell(at(A1)).presence).toEqual({ kind: 'LATE', minutesLate: 12 })
  editor.undo()
  editor.undo()
  expect(book.cell(at(A1)).presence).toEqual({ kind: 'PRESENT', minutesLate: null })
})

test('a refusal stands in its cell until it is let go of', async () => {
  desk.refuses = 'CONFLICT'
  editor.type(B1, 5)
  await queue.send()
  expect(book.cell(at(B1))).toMatchObject({ state: 'failed', failed: { code: 'CONFLICT' } })
  book.load(gradebook({ [at(B1)]: [{ id: 'M', revision: 3, content: content(2) }] }), book.begin())
  expect(values(at(B1))).toEqual([5])
  editor.discard(B1)
  expect([values(at(B1)), book.cell(at(B1)).state]).toEqual([[2], 'saved'])
})

test('typed again after a conflict, a mark replaces the one that is there now', async () => {
  desk.refuses = 'CONFLICT'
  editor.type(B1, 5)
  await queue.send()
  desk.refuses = null
  book.load(gradebook({ [at(B1)]: [{ id: 'M', revision: 7, content: content(2) }] }), book.begin())
  editor.type(B1, 5)
  await queue.send()
  expect(desk.asked.at(-1)).toBe('correct 7 to 5')
})

test('a mark that somebody withdrew is gone when it is let go of', async () => {
  desk.refuses = 'ALREADY_WITHDRAWN'
  editor.type(B1, 5)
  await queue.send()
  expect(book.cell(at(B1)).state).toBe('failed')
  editor.discard(B1)
  expect(values(at(B1))).toEqual([])
})

test('a withdrawal that was refused brings the mark back', async () => {
  desk.refuses = 'CONFLICT'
  editor.withdraw(B1)
  expect(values(at(B1))).toEqual([])
  await queue.send()
  expect([values(at(B1)), book.cell(at(B1)).state]).toEqual([[3], 'failed'])
})

test('an answer that was asked for before a mark was given does not take it away', async () => {
  const meanwhile = book.begin()
  editor.type(A1, 5)
  await queue.send()
  book.load(gradebook(), meanwhile)
  expect(values(at(A1))).toEqual([5])
})

test('a gradebook that is opened later shows what still waits', () => {
  desk.offline = true
  editor.type(A1, 5)
  const later = new Book(queue)
  later.load(gradebook())
  expect(later.cell(at(A1))).toMatchObject({ state: 'saving', marks: [{ content: { value: 5 } }] })
})

test('what was changed or refused is listed, the latest lesson first', async () => {
  expect(correctionsOf(book).map(({ row, column, value, mark, failed }) => [row, column, value, mark, failed])).toEqual([[1, 0, 3, 'M', null]])
  desk.refuses = 'OUT_OF_SCALE'
  editor.type({ lesson: 'L3', pupil: 'c' }, 5)
  editor.type({ lesson: 'L2', pupil: 'a' }, 4)
  await queue.send()
  desk.refuses = null
  editor.type(B1, 2)
  await queue.send()
  expect(correctionsOf(book).map(({ row, column, value, revision, failed }) => [row, column, value, revision, failed])).toEqual([
    [2, 2, 5, 0, 'OUT_OF_SCALE'], [0, 1, 4, 0, 'OUT_OF_SCALE'], [1, 0, 2, 3, null],
  ])
})

test('what a device keeps is what the server would answer: also what it has taken since, and nothing that is on its way', async () => {
  const before = book.told()!
  expect(before).toEqual(gradebook({ [at(B1)]: [{ id: 'M', revision: 2, content: content(3, { work: 'TEST', comment: 'так' }) }] }))
  editor.type(A1, 5)
  editor.attend(B1, 'ABSENT')
  expect(book.told()).toEqual(before)
  await queue.send()
  const [first, second] = book.told()!.pupils
  expect(first!.marks.map(({ value, lessonId }) => [value, lessonId])).toEqual([[5, 'L1']])
  expect(second!.attendance).toEqual([{ lessonId: 'L1', kind: 'ABSENT', reasonId: null, minutesLate: null }])
})
