import type { TermMark, Term } from './Marks.graphql'

export interface TermTable {
  terms: Term[]
  /** By name, each with its mark of each of the terms, or null. */
  subjects: { id: string; name: string; marks: (TermMark | null)[] }[]
}

/** The terms in which something was decided, as the school has them in order, and the subjects by name. Of two courses of a subject the later decision stands. */
export function byTerm(terms: readonly Term[], marks: readonly TermMark[]): TermTable {
  const shown = terms.filter(({ id }) => marks.some(({ termId }) => termId === id))
  const subjects = new Map(marks.map(({ subject }) => [subject.id, subject.name]))
  return {
    terms: shown,
    subjects: [...subjects]
      .sort(([, one], [, other]) => one.localeCompare(other))
      .map(([id, name]) => ({ id, name, marks: shown.map((term) => marks.find((mark) => mark.termId === term.id && mark.subject.id === id) ?? null) })),
  }
}
