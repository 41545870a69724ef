export type Work = 'ANSWER' | 'CLASSWORK' | 'HOMEWORK' | 'TEST' | 'EXAM'
export type AttendanceKind = 'PRESENT' | 'ABSENT' | 'LATE' | 'EXCUSED'

/** What a mark says. */
export interface Content {
  value: number
  weight: number
  work: Work
  comment: string | null
  /** A kind of work of the school's own; `work` is the usual kind that it is. */
  workId?: string | null
  /** Of a mark of a second try: which it is of, and whether it counts instead of that one. It is said when it is given, and stays. */
  retake?: { of: string; replaces: boolean } | null
}

/** How a pupil attended; `minutesLate` with LATE only, a reason with ABSENT and EXCUSED only. */
export interface Presence {
  kind: AttendanceKind
  minutesLate: number | null
  reasonId?: string | null
}

/** A mark as the server has it. */
export interface Known {
  id: string
  revision: number
  content: Content
}

/** One request about a mark. It is repeated to the letter until it is answered, for its first answer may have been lost. */
export type Step =
  | { do: 'give'; id: string; content: Content }
  | { do: 'correct'; id: string; revision: number; content: Content; reason: string | null }
  | { do: 'withdraw'; id: string; revision: number; reason: string | null }

interface Place {
  /** Its name in the queue; it stays the same while the mark gets an id and revisions. */
  key: string
  /** When it was last touched, ever growing. */
  order: number
  lesson: string
  pupil: string
  /** The code of the refusal, after which nothing is sent until somebody touches it again. */
  failed: string | null
}

/** A mark on its way to what it shall be. */
export interface MarkEntry extends Place {
  kind: 'mark'
  /** With this id it is given, where the server does not know it. */
  newId: string
  known: Known | null
  /** The step in doubt: it was sent, and no answer came yet. */
  sent: Step | null
  /** Null: it shall not be. */
  wanted: Content | null
  reason: string | null
}

/** An entry of the register on its way. The last one counts, so that repeating it is harmless. */
export interface RegisterEntry extends Place {
  kind: 'register'
  wanted: Presence
}

export type Entry = MarkEntry | RegisterEntry

/** What the server said to a step: the mark as it stands, that it is withdrawn, or no. */
export type Answer = { known: Known } | { withdrawn: true } | { refused: string }

export const saysSame = (one: Content, other: Content): boolean =>
  one.value === other.value && one.weight === other.weight && one.work === other.work && (one.workId ?? null) === (other.workId ?? null) && (one.comment ?? '') === (other.comment ?? '')

/** The next request about a mark; null when it is as it shall be. */
export function nextStep({ sent, known, wanted, newId, reason }: MarkEntry): Step | null {
  if (sent) return sent
  if (!known) return wanted && { do: 'give', id: newId, content: wanted }
  const { id, revision, content } = known
  if (!wanted) return { do: 'withdraw', id, revision, reason }
  return saysSame(content, wanted) ? null : { do: 'correct', id, revision, content: wanted, reason }
}

/** A mark after the answer to the step that was in doubt. `freshId` is for the mark that takes the place of a withdrawn one. */
export function settle(entry: MarkEntry, answer: Answer, freshId: string): MarkEntry {
  const { sent, wanted } = entry
  if ('known' in answer) return { ...entry, known: answer.known, sent: null }
  const gone = { ...entry, known: null, newId: freshId, sent: null }
  if ('withdrawn' in answer) return sent?.do === 'withdraw' || !wanted ? gone : { ...gone, failed: 'ALREADY_WITHDRAWN' }
  if (answer.refused === 'ALREADY_WITHDRAWN') return wanted ? { ...gone, failed: answer.refused } : gone
  if (sent?.do === 'give' && !wanted) return gone
  return { ...entry, sent: null, failed: answer.refused }
}
