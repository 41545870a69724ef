import type { Revision } from './Marks.graphql'

const SAID = ['label', 'work', 'weight', 'comment'] as const

export interface Change extends Pick<Revision, 'revision' | 'action' | 'at' | 'by' | 'reason' | 'label'> {
  /** What the mark said before and what since, of those things that are not the same. */
  parts: { [Said in (typeof SAID)[number]]: { what: Said; from: Revision[Said]; to: Revision[Said] } }[(typeof SAID)[number]][]
}

/** A mark's history as what was changed each time, oldest first; nothing was changed when it was given. */
export const changesOf = (history: readonly Revision[]): Change[] =>
  history.map(({ revision, action, at, by, reason, label }, index) => ({ revision, action, at, by, reason, label, parts: partsOf(history[index - 1], history[index]!) }))

function partsOf(before: Revision | undefined, after: Revision): Change['parts'] {
  if (!before) return []
  return SAID.filter((what) => before[what] !== after[what]).map((what) => ({ what, from: before[what], to: after[what] }) as Change['parts'][number])
}
