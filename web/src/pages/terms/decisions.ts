import { gradeOf, labelOf, type Scale } from '../../texts/grades'
import type { SheetRow, Term } from './Terms.graphql'

/** What a teacher has typed for a pupil: a whole mark, `null` for "not assessed", `undefined` where nothing is decided, 'bad' for what the scale has not. */
export type Typed = number | null | undefined | 'bad'

const NOT_ASSESSED = /^[нyn]\/?[аaf]?$/i

/** Reads one field. «н», «н/а» and the same keys of a Latin keyboard are "not assessed". */
export function typed(text: string, scale: Scale): Typed {
  const { lowest, highest } = scale
  const trimmed = text.trim()
  if (!trimmed) return undefined
  if (NOT_ASSESSED.test(trimmed)) return null
  const grade = gradeOf(scale, trimmed)
  if (grade !== null) return grade
  const value = /^\d{1,5}$/.test(trimmed) ? Number(trimmed) : NaN
  return value >= lowest && value <= highest ? value : 'bad'
}

/** What stands in the field before anybody types. */
export function shown(decision: SheetRow['decision'], notAssessed: string): string {
  if (!decision) return ''
  return decision.label ?? notAssessed
}

export interface Decision {
  pupilId: string
  value: number | null
  expectedRevision: number
}

/** What is to be sent: of the pupils whose field says something else than what is decided. A field that was emptied takes nothing back: "not assessed" does. */
export function changes(rows: readonly SheetRow[], drafts: ReadonlyMap<string, string>, scale: Scale): Decision[] {
  return rows.flatMap(({ person, decision }) => {
    const draft = drafts.get(person.id)
    if (draft === undefined) return []
    const value = typed(draft, scale)
    if (value === undefined || value === 'bad' || (decision && decision.value === value)) return []
    return [{ pupilId: person.id, value, expectedRevision: decision?.revision ?? 0 }]
  })
}

/** The fields of all for whom nothing is decided and nothing typed, filled with what the averages make. */
export function suggested(rows: readonly SheetRow[], drafts: ReadonlyMap<string, string>, scale: Scale): Map<string, string> {
  const filled = new Map(drafts)
  for (const { person, decision, suggestion, leftOn } of rows) {
    if (!decision && suggestion !== null && leftOn === null && !drafts.get(person.id)?.trim()) filled.set(person.id, labelOf(scale, suggestion))
  }
  return filled
}

/** The terms of a school, for whoever belongs to several. */
export const termsOf = (terms: readonly Term[] | undefined, school: string): Term[] | undefined => terms?.filter(({ schoolId }) => schoolId === school)

/** The term that is under way, else the last that has begun, else the first. */
export function currentTerm(terms: readonly Term[], today: string): Term | undefined {
  const begun = terms.filter(({ startsOn, kind }) => startsOn <= today && kind === 'TERM')
  return begun.find(({ endsOn }) => endsOn >= today) ?? begun.at(-1) ?? terms[0]
}

/** The terms that lie in a year, in order; of a term none. */
export const partsOf = (terms: readonly Term[], of: Term): Term[] =>
  of.kind === 'YEAR' ? terms.filter(({ kind, startsOn, endsOn }) => kind === 'TERM' && startsOn >= of.startsOn && endsOn <= of.endsOn) : []
