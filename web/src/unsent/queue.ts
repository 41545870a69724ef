import { type Answer, type Content, type Entry, type Known, type MarkEntry, nextStep, type Presence, type RegisterEntry, settle, type Step } from './entries'
import type { Shelf } from './shelf'
import { newId } from '../api/newId'

/** No answer that settles anything: whatever was sent is sent again. */
export class NotReached extends Error {
  constructor(readonly code: string, readonly retryAfter: number | null = null) {
    super(code)
  }
}

/** Sends, and is answered in the order of the items; throws NotReached. */
export interface Wire {
  give: (lesson: string, marks: { id: string; pupil: string; content: Content }[]) => Promise<Answer[]>
  change: (step: Exclude<Step, { do: 'give' }>) => Promise<Answer>
  record: (lesson: string, entries: { pupil: string; wanted: Presence }[]) => Promise<(string | null)[]>
}

/** Of a mark that somebody touches: which it is, and how the server has it. */
export interface Target {
  lesson: string
  pupil: string
  key: string
  known: Known | null
}

export interface Status {
  /** How many are to be sent. */
  waiting: number
  failed: number
  /** Why sending has stopped for now. */
  broken: string | null
}

/** Is told of an entry that has changed, and whether it is done with; of null where only the status has. */
export type Hear = (entry: Entry | null, done: boolean) => void

const TOGETHER = 300
const PAUSES = [1, 2, 4, 8, 15, 30].map((seconds) => seconds * 1000)
const AT_ONCE = 100
const SIDE_BY_SIDE = 4
const ENDS_THE_ROUND = ['OFFLINE', 'TIMED_OUT', 'UNAVAILABLE', 'NOT_SIGNED_IN', 'SIGN_IN_AGAIN', 'TOO_MANY_ATTEMPTS']

/** Marks and register entries on their way to the server. What was put in stays on the shelf until it is answered, whatever happens to network and page. */
export class Queue {
  private readonly listeners = new Set<Hear>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private sending: Promise<void> | null = null
  private closed = false
  private last = 0
  private tries = 0
  /** Milliseconds for which the server asked. */
  private notBefore = 0
  private broken: string | null = null
  private shown: Status = { waiting: 0, failed: 0, broken: null }

  /** `alone` runs what no other window of the account may do at the same time. */
  constructor(private readonly shelf: Shelf, private readonly wire: Wire, private readonly alone: (work: () => Promise<void>) => Promise<void> = (work) => work()) {
    this.count()
  }

  listen(hear: Hear): () => void {
    this.listeners.add(hear)
    return () => void this.listeners.delete(hear)
  }

  /** The same for whoever wants to know no more than that something has changed. */
  watch = (hear: () => void): (() => void) => this.listen(() => hear())

  entries(): Entry[] {
    return this.shelf.all()
  }

  entry(key: string): Entry | null {
    return this.shelf.get(key)
  }

  status = (): Status => this.shown

  /** A mark shall say this; null: it shall not be. */
  setMark({ lesson, pupil, key, known }: Target, wanted: Content | null, reason: string | null = null): void {
    const before = this.shelf.get(key) as MarkEntry | null
    const entry: MarkEntry = {
      kind: 'mark', key, order: this.next(), lesson, pupil, wanted, reason, failed: null,
      newId: before?.newId ?? newId(), sent: before?.sent ?? null, known: later(before?.known ?? null, known),
    }
    this.keep(entry, nextStep(entry) === null)
  }

  setPresence(lesson: string, pupil: string, wanted: Presence): void {
    this.keep({ kind: 'register', key: `${lesson} ${pupil}`, order: this.next(), lesson, pupil, wanted, failed: null }, false)
  }

  /** Give up what was refused; of anything else nothing changes. */
  discard(key: string): void {
    const entry = this.shelf.get(key)
    if (!entry?.failed) return
    this.shelf.drop(key)
    this.tell(entry.kind === 'mark' ? { ...entry, wanted: entry.known?.content ?? null } : entry, false)
  }

  /** Another window has changed an entry, or is done with it. */
  heardOf(key: string, before: Entry | null): void {
    this.shelf.refresh(key)
    const entry = this.shelf.get(key) ?? before
    if (entry) this.tell(entry, false)
  }

  /** Send, and again whenever something is put in or has to be repeated, until `close`. */
  open(): void {
    this.closed = false
    void this.send()
  }

  /** Send now what there is; resolves when nothing more can be done for now. */
  send(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    this.sending ??= this.alone(() => this.round()).finally(() => {
      this.sending = null
      if (this.broken === null) this.tries = 0
      if (this.shown.waiting) this.wake(this.broken === null ? 0 : Math.max(this.notBefore, PAUSES[Math.min(this.tries++, PAUSES.length - 1)]!))
    })
    return this.sending
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    this.timer = undefined
  }

  private wake(after: number): void {
    if (this.closed) return
    this.timer ??= setTimeout(() => void this.send(), after)
  }

  private next(): number {
    this.last = Math.max(Date.now(), this.last + 1)
    return this.last
  }

  private keep(entry: Entry, done: boolean): void {
    if (done) this.shelf.drop(entry.key)
    else this.shelf.put(entry)
    this.tell(entry, done)
    if (!done && !this.sending) this.wake(TOGETHER)
  }

  private tell(entry: Entry | null, done: boolean): void {
    this.count()
    this.listeners.forEach((hear) => hear(entry, done))
  }

  private count(): void {
    const all = this.shelf.all()
    const failed = all.filter((entry) => entry.failed !== null).length
    const [before, now] = [this.shown, { waiting: all.length - failed, failed, broken: this.broken }]
    if (before.waiting !== now.waiting || before.failed !== now.failed || before.broken !== now.broken) this.shown = now
  }

  private async round(): Promise<void> {
    const skipped = new Set<string>()
    this.notBefore = 0
    this.shelf.refresh()
    for (let stopped = false; !stopped;) {
      const ready = this.shelf.all().filter(({ failed, key }) => failed === null && !skipped.has(key))
      const [first] = ready
      if (!first) {
        if (!skipped.size) this.broken = null
        break
      }
      const batch = first.kind === 'register' ? registerOf(ready, first) : marksOf(ready, first)
      try {
        await (first.kind === 'register' ? this.sendRegister(batch as RegisterEntry[]) : this.sendMarks(batch as MarkEntry[]))
        if (!skipped.size) this.broken = null
      } catch (error) {
        const { code, retryAfter } = error instanceof NotReached ? error : new NotReached('INTERNAL')
        if (!(error instanceof NotReached)) console.error(error)  // a bug: what was sent is kept all the same, and not sent without a pause
        this.broken = code
        this.notBefore = (retryAfter ?? 0) * 1000
        stopped = ENDS_THE_ROUND.includes(code)
        batch.forEach(({ key }) => skipped.add(key))
      }
    }
    this.tell(null, false)
  }

  private async sendRegister(batch: RegisterEntry[]): Promise<void> {
    const refusals = await this.wire.record(batch[0]!.lesson, batch.map(({ pupil, wanted }) => ({ pupil, wanted })))
    batch.forEach((sent, index) => {
      const now = this.shelf.get(sent.key)
      if (!now || now.order !== sent.order) return
      const failed = refusals[index] ?? null
      this.keep({ ...sent, failed }, failed === null)
    })
  }

  private async sendMarks(batch: MarkEntry[]): Promise<void> {
    const steps = batch.map((entry) => nextStep(entry))
    batch.forEach((entry, index) => this.shelf.put({ ...entry, sent: steps[index]! }))
    this.shelf.write()  // before it leaves: whoever comes after this page has to repeat it to the letter
    const gives = batch.flatMap(({ pupil }, index) => (steps[index]?.do === 'give' ? [{ pupil, ...steps[index] }] : []))
    if (gives.length) return this.answered(batch, await this.wire.give(batch[0]!.lesson, gives))
    const answers = await Promise.allSettled(steps.map((step) => this.wire.change(step as Exclude<Step, { do: 'give' }>)))
    this.answered(batch, answers.map((one) => (one.status === 'fulfilled' ? one.value : null)))
    for (const one of answers) if (one.status === 'rejected') throw one.reason
  }

  private answered(batch: MarkEntry[], answers: (Answer | null)[]): void {
    batch.forEach(({ key, order }, index) => {
      const [now, answer] = [this.shelf.get(key) as MarkEntry | null, answers[index]]
      if (!now || !answer) return
      const settled = settle(now, answer, newId())
      const entry = now.order === order ? settled : { ...settled, failed: null }  // touched meanwhile: the refusal was of something else
      this.keep(entry, entry.failed === null && nextStep(entry) === null)
    })
  }
}

const later = (one: Known | null, other: Known | null): Known | null => (one && other ? (one.revision < other.revision ? other : one) : (one ?? other))

const registerOf = (ready: Entry[], first: RegisterEntry): RegisterEntry[] =>
  ready.filter((entry): entry is RegisterEntry => entry.kind === 'register' && entry.lesson === first.lesson).slice(0, AT_ONCE)

/** What goes with the first: the other new marks of its lesson, or some other changes. */
function marksOf(ready: Entry[], first: MarkEntry): MarkEntry[] {
  const marks = ready.filter((entry): entry is MarkEntry => entry.kind === 'mark')
  if (nextStep(first)?.do === 'give') return marks.filter((entry) => entry.lesson === first.lesson && nextStep(entry)?.do === 'give').slice(0, AT_ONCE)
  return marks.filter((entry) => nextStep(entry)?.do !== 'give').slice(0, SIDE_BY_SIDE)
}
