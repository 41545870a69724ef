import type { AttendanceKind, Content, Presence } from '../../unsent/entries'
import type { Queue } from '../../unsent/queue'
import { newId } from '../../api/newId'
import { type Book, keyOf } from './book'
import type { Scale } from '../../texts/grades'
import { isOn, readPasted } from './pasted'

/** A pupil in a lesson. */
export interface Place {
  lesson: string
  pupil: string
}

/** What is told of a key that did nothing. */
export type Notice = { say: 'outOfScale' | 'noScale' } | { say: 'pasted'; count: number; unknown: string[] } | { say: 'nothingToUndo' }

type Change = Place & ({ key: string; before: Content | null } | { presence: Presence | null })

interface Done {
  at: number
  changes: Change[]
}

const MOST = 100
/** What was done longer ago is not undone blindly: by then, families have read it. */
const OLDEST = 30 * 60_000
const LATEST = 240
const SOMEWHAT_LATE = 5

/** What a teacher does to a gradebook, and undoes. */
export class Editor {
  readonly works = new Map<string, string>()
  private readonly done: Done[] = []

  constructor(private readonly book: Book, private readonly queue: Queue, private readonly scale: Scale | null, private readonly now: () => number = Date.now) {}

  /** For the next new mark of a lesson, a usual kind or the id of an own one: as was chosen, else like the last one there. */
  workOf(lesson: string): string {
    const chosen = this.works.get(lesson)
    if (chosen) return chosen
    const last = this.book.pupils.flatMap(({ id }) => this.book.cell(keyOf(lesson, id)).marks).at(-1)
    return last?.content.workId ?? last?.content.work ?? 'ANSWER'
  }

  /** A mark instead of the last one of the place, or one more. */
  type(place: Place, value: number, more = false): Notice | null {
    if (!this.scale) return { say: 'noScale' }
    if (!isOn(this.scale, value)) return { say: 'outOfScale' }
    this.remember([this.write(place, value, more)])
    return null
  }

  /** A mark as a whole, by its key; null makes a new one. */
  change(place: Place, key: string | null, content: Content, reason: string | null): Notice | null {
    if (!isOn(this.scale, content.value)) return { say: this.scale ? 'outOfScale' : 'noScale' }
    this.remember([this.put(place, key ?? newId(), content, reason)])
    return null
  }

  withdraw(place: Place, key: string | null = null, reason: string | null = null): void {
    const last = this.book.cell(keyOf(place.lesson, place.pupil)).marks.at(-1)
    const which = key ?? last?.key
    if (which) this.remember([this.put(place, which, null, reason)])
  }

  /** An excused absence that the family has announced takes its reason, and one that the school has accepted any absence. */
  attend(place: Place, kind: AttendanceKind, minutesLate: number = this.minutesLate(place.lesson)): void {
    const { announced } = this.book.cell(keyOf(place.lesson, place.pupil))
    const reason = announced && (kind === 'EXCUSED' || (kind === 'ABSENT' && announced.accepted)) ? announced.reason : null
    if (reason) this.remember([this.record(place, { kind: reason.excused ? 'EXCUSED' : 'ABSENT', minutesLate: null, reasonId: reason.id })])
    else this.remember([this.record(place, { kind, minutesLate: kind === 'LATE' ? minutesLate : null })])
  }

  /** Cells of a spreadsheet, from this place on to the right and down, as far as the lessons are those in which the teacher writes. */
  paste(from: Place, text: string, writes?: ReadonlySet<string>): Notice {
    const { lessons, pupils } = this.book
    const [row, column] = [pupils.findIndex(({ id }) => id === from.pupil), lessons.findIndex(({ id }) => id === from.lesson)]
    const unknown: string[] = []
    const changes = readPasted(text, this.scale).flatMap((one) => {
      const [pupil, lesson] = [pupils[row + one.rows], lessons[column + one.columns]]
      if (!pupil || !lesson || 'unknown' in one || writes?.has(lesson.id) === false) {
        unknown.push('unknown' in one ? one.unknown : 'value' in one ? String(one.value) : one.kind)
        return []
      }
      const place = { lesson: lesson.id, pupil: pupil.id }
      return ['value' in one ? this.write(place, one.value, false) : this.record(place, { kind: one.kind, minutesLate: one.kind === 'LATE' ? this.minutesLate(lesson.id) : null })]
    })
    this.remember(changes)
    return { say: 'pasted', count: changes.length, unknown }
  }

  /** Back to what was there before the last change; what was pasted together goes together. */
  undo(): Notice | Place {
    const last = this.done.pop()
    if (!last || this.now() - last.at > OLDEST) return { say: 'nothingToUndo' }
    for (const change of last.changes.toReversed()) {
      if ('key' in change) this.put(change, change.key, change.before, null)
      else this.record(change, change.presence ?? { kind: 'PRESENT', minutesLate: null })
    }
    return last.changes[0]!
  }

  /** Let go of what was refused. */
  discard({ lesson, pupil }: Place): void {
    const { failed } = this.book.cell(keyOf(lesson, pupil))
    if (failed) this.queue.discard(failed.key)
  }

  private write(place: Place, value: number, more: boolean): Change {
    const last = more ? undefined : this.book.cell(keyOf(place.lesson, place.pupil)).marks.at(-1)
    const content = last ? { ...last.content, value } : { value, comment: null, ...this.book.fresh(this.workOf(place.lesson)) }
    return this.put(place, last?.key ?? newId(), content, null)
  }

  private put({ lesson, pupil }: Place, key: string, wanted: Content | null, reason: string | null): Change {
    const mark = this.book.cell(keyOf(lesson, pupil)).marks.find((one) => one.key === key)
    this.queue.setMark({ lesson, pupil, key, known: mark?.known ?? null }, wanted, reason)
    return { lesson, pupil, key, before: mark?.content ?? null }
  }

  private record({ lesson, pupil }: Place, wanted: Presence): Change {
    const { presence } = this.book.cell(keyOf(lesson, pupil))
    this.queue.setPresence(lesson, pupil, wanted)
    return { lesson, pupil, presence }
  }

  private remember(changes: Change[]): void {
    if (changes.length) this.done.push({ at: this.now(), changes })
    if (this.done.length > MOST) this.done.shift()
  }

  /** Since the lesson began, if it is going on; else a guess, which can be changed. */
  private minutesLate(lesson: string): number {
    const began = this.book.lessons.find(({ id }) => id === lesson)
    const minutes = began ? Math.floor((this.now() - Date.parse(began.startsAt)) / 60_000) : 0
    return minutes >= 1 && minutes <= 45 ? Math.min(minutes, LATEST) : SOMEWHAT_LATE
  }
}
