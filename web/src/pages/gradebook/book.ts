import type { Content, Entry, Known, MarkEntry, Presence, RegisterEntry, Work } from '../../unsent/entries'
import type { Queue, Target } from '../../unsent/queue'
import type { Scale } from '../../texts/grades'
import type { Announced, GradebookData, Lesson, OwnWork, Pupil, Reason } from './Gradebook.graphql'

export type State = 'saved' | 'saving' | 'failed'

/** A mark as the teacher sees it. `key` stays the same from the first digit on. */
export interface ShownMark {
  key: string
  content: Content
  known: Known | null
  state: State
}

/** A pupil in a lesson. A new object whenever anything in it has changed. */
export interface Cell {
  marks: readonly ShownMark[]
  presence: Presence | null
  /** The pupil was announced to be away: the family's notice, as long as the register says nothing. */
  announced: Announced | null
  state: State
  /** The code of what was refused, with the key of its entry. */
  failed: { code: string; key: string } | null
}

interface Had {
  key: string
  known: Known
}

const EMPTY: Cell = { marks: [], presence: null, announced: null, state: 'saved', failed: null }

export const keyOf = (lesson: string, pupil: string): string => `${lesson} ${pupil}`

/** A course's gradebook: what the server has, and over it what is on its way there. Whoever shows a cell is told of that cell only. */
export class Book {
  lessons: readonly Lesson[] = []
  pupils: readonly Pupil[] = []
  /** Null where the course gives no marks. */
  scale: Scale | null = null
  /** The school's own kinds of work. */
  works: readonly OwnWork[] = []
  private answer: GradebookData | null = null
  private had = new Map<string, Had[]>()
  private struck = new Set<string>()
  private presence = new Map<string, Presence>()
  private announced = new Map<string, Announced>()
  private reasons = new Map<string, Reason>()
  private readonly entries = new Map<string, Map<string, Entry>>()
  private readonly keys = new Map<string, string>()
  private readonly cells = new Map<string, Cell>()
  private readonly listeners = new Map<string, Set<() => void>>()
  private log: MarkEntry[] = []

  constructor(private readonly queue: Queue) {
    for (const entry of queue.entries()) this.under(keyOf(entry.lesson, entry.pupil)).set(entry.key, entry)
  }

  /** Follow what becomes of the entries; returns what ends it. */
  follow(): () => void {
    return this.queue.listen((entry, done) => void (entry && this.take(entry, done)))
  }

  /** The server is about to be asked: what becomes known from now on may be newer than its answer. */
  begin(): MarkEntry[] {
    return (this.log = [])
  }

  /** What the server had when it was asked, and then what became known `meanwhile`. */
  load(answer: GradebookData, meanwhile: readonly MarkEntry[] = []): void {
    const { lessons, pupils, announced, reasons } = (this.answer = answer)
    this.lessons = lessons
    this.scale = answer.course.scale
    this.works = answer.works ?? []
    this.pupils = pupils.map(({ person }) => person)
    this.had = new Map()
    this.struck = new Set(answer.replaced ?? [])
    const own = new Map((answer.ofOwnWork ?? []).map(({ markId, ownWorkId }) => [markId, ownWorkId]))
    const retakes = new Map((answer.retakes ?? []).map(({ markId, retakeOf, replaces }) => [markId, { of: retakeOf, replaces }]))
    this.presence = new Map()
    this.announced = new Map(announced.map((one) => [keyOf(one.lessonId, one.pupilId), one]))
    this.reasons = new Map(reasons.map((one) => [one.id, one]))
    for (const { person, marks, attendance } of pupils) {
      for (const { id, lessonId, revision, value, weight, work, comment } of marks) {
        const workId = own.get(id)
        const retake = retakes.get(id)
        const cell = keyOf(lessonId, person.id)
        this.had.set(cell, [...(this.had.get(cell) ?? []), { key: this.keys.get(id) ?? id, known: { id, revision, content: { value, weight, work, comment, ...(workId && { workId }), ...(retake && { retake }) } } }])
      }
      for (const { lessonId, kind, minutesLate, reasonId } of attendance) this.presence.set(keyOf(lessonId, person.id), { kind, minutesLate, reasonId })
    }
    for (const entry of meanwhile) this.takeMark(keyOf(entry.lesson, entry.pupil), entry)
    this.cells.clear()
    this.listeners.forEach((hears) => hears.forEach((hear) => hear()))
  }

  /** What the server would answer now, by all that is known of it here; null before its first answer. */
  told(): GradebookData | null {
    if (!this.answer) return null
    const pupils = this.answer.pupils.map((row) => {
      const names = this.lessons.map(({ id }) => [id, keyOf(id, row.person.id)] as const)
      const marks = names.flatMap(([lessonId, name]) => (this.had.get(name) ?? []).map(({ known: { id, revision, content: { value, weight, work, comment } } }) => (
        { id, lessonId, revision, value, weight, work, comment })))
      const attendance = names.flatMap(([lessonId, name]) => (this.presence.has(name) ? [{ lessonId, reasonId: null, ...this.presence.get(name)! }] : []))
      return { ...row, marks, attendance }
    })
    const retakes = [...this.had.values()].flat().flatMap(({ known: { id: markId, content: { retake } } }) => (retake ? [{ markId, retakeOf: retake.of, replaces: retake.replaces }] : []))
    const ofOwnWork = [...this.had.values()].flat().flatMap(({ known: { id: markId, content: { workId } } }) => (workId ? [{ markId, ownWorkId: workId }] : []))
    return { ...this.answer, pupils, ofOwnWork, retakes, replaced: [...this.struck] }
  }

  cell(key: string): Cell {
    let cell = this.cells.get(key)
    if (!cell) this.cells.set(key, (cell = this.look(key)))
    return cell
  }

  /** What a mark is for, in the school's own words; null where it is for one of the usual kinds. */
  ownWork({ workId }: Content): string | null {
    return this.works.find(({ id }) => id === workId)?.name ?? null
  }

  /** What a new mark is of, by the name of a usual kind or the id of an own one. */
  fresh(choice: string): Pick<Content, 'work' | 'workId' | 'weight'> {
    const own = this.works.find(({ id }) => id === choice)
    return own ? { work: own.work, workId: own.id, weight: own.weight } : { work: choice as Work, weight: 1 }
  }

  /** Whether a mark does not count, for a retake stands instead of it. */
  isStruck(mark: ShownMark): boolean {
    return mark.known !== null && this.struck.has(mark.known.id)
  }

  /** What of a pupil may be tried again: the marks that the server has and that no second try replaces, the latest first. */
  retakable(pupil: string): { id: string; lesson: Lesson; content: Content }[] {
    return this.marksOf(pupil).filter(({ id }) => !this.struck.has(id))
  }

  private marksOf(pupil: string): { id: string; lesson: Lesson; content: Content }[] {
    return this.lessons.flatMap((lesson) => (this.had.get(keyOf(lesson.id, pupil)) ?? []).map(({ known: { id, content } }) => ({ id, lesson, content }))).reverse()
  }

  /** Why a pupil was away, in the school's words; null where nobody has told. */
  reasonOf(presence: Presence | null): Reason | null {
    return (presence?.reasonId && this.reasons.get(presence.reasonId)) || null
  }

  subscribe(key: string, hear: () => void): () => void {
    const hears = this.listeners.get(key) ?? new Set()
    this.listeners.set(key, hears.add(hear))
    return () => void hears.delete(hear)
  }

  /** The mark that typing, Delete and the window of details are about: the last one. */
  target(lesson: string, pupil: string): Target | null {
    const mark = this.cell(keyOf(lesson, pupil)).marks.at(-1)
    return mark ? { lesson, pupil, key: mark.key, known: mark.known } : null
  }

  private under(cell: string): Map<string, Entry> {
    let entries = this.entries.get(cell)
    if (!entries) this.entries.set(cell, (entries = new Map()))
    return entries
  }

  private take(entry: Entry, done: boolean): void {
    const cell = keyOf(entry.lesson, entry.pupil)
    const given = this.queue.entry(entry.key)
    if (given) this.under(cell).set(entry.key, given)
    else this.under(cell).delete(entry.key)
    if (entry.kind === 'mark') {
      this.strike(entry)
      this.takeMark(cell, entry)
      this.log.push(entry)
    } else if (done) this.presence.set(cell, entry.wanted)
    this.cells.delete(cell)
    this.listeners.get(cell)?.forEach((hear) => hear())
  }

  /** A retake stands instead of the first, or does so no more. */
  private strike({ wanted, known, pupil }: MarkEntry): void {
    const retake = (wanted ?? known?.content)?.retake
    if (!retake?.replaces || this.struck.has(retake.of) === Boolean(wanted)) return
    if (wanted) this.struck.add(retake.of)
    else this.struck.delete(retake.of)
    const first = this.marksOf(pupil).find(({ id }) => id === retake.of)
    if (!first) return
    const cell = keyOf(first.lesson.id, pupil)
    this.cells.delete(cell)
    this.listeners.get(cell)?.forEach((hear) => hear())
  }

  /** What an entry has learned of the server's. */
  private takeMark(cell: string, { key, known, failed, wanted, sent }: MarkEntry): void {
    const had = this.had.get(cell) ?? []
    const at = had.findIndex((one) => one.key === key || one.known.id === known?.id)
    if (known) {
      this.keys.set(known.id, key)
      if (at >= 0 && had[at]!.known.revision > known.revision) return
      this.had.set(cell, at < 0 ? [...had, { key, known }] : had.with(at, { key, known }))
    } else if (at >= 0 && (failed === 'ALREADY_WITHDRAWN' || (!wanted && !sent))) this.had.set(cell, had.toSpliced(at, 1))
  }

  private look(key: string): Cell {
    const had = this.had.get(key) ?? []
    const entries = [...(this.entries.get(key)?.values() ?? [])]
    const presence = this.presence.get(key) ?? null
    const announced = presence ? null : (this.announced.get(key) ?? null)
    if (!had.length && !entries.length) return presence || announced ? { ...EMPTY, presence, announced } : EMPTY
    const marks = entries.filter((entry): entry is MarkEntry => entry.kind === 'mark')
    const register = entries.find((entry): entry is RegisterEntry => entry.kind === 'register')
    const old = had.map((one) => {
      const entry = marks.find((mark) => mark.key === one.key || mark.known?.id === one.known.id)
      return entry ? shown(entry, one.known) : ({ key: one.key, content: one.known.content, known: one.known, state: 'saved' } as const)
    })
    const fresh = marks.filter((entry) => !had.some((one) => entry.key === one.key || entry.known?.id === one.known.id)).map((entry) => shown(entry, entry.known))
    const failed = entries.find((entry) => entry.failed !== null)
    return {
      marks: [...old, ...fresh].filter((mark) => mark !== null),
      presence: register?.wanted ?? presence,
      announced: register ? null : announced,
      state: failed ? 'failed' : entries.length ? 'saving' : 'saved',
      failed: failed ? { code: failed.failed!, key: failed.key } : null,
    }
  }
}

/** A mark as it shall be; one whose withdrawal was refused is there still. */
function shown({ key, wanted, known: learned, failed }: MarkEntry, had: Known | null): ShownMark | null {
  const known = learned && had && learned.revision < had.revision ? had : (learned ?? had)
  const content = wanted ?? (failed ? known?.content : undefined)
  return content ? { key, content, known, state: failed ? 'failed' : 'saving' } : null
}
