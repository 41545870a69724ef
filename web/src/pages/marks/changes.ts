import type { Revision } from './Marks.graphql'

const SAID = ['label', 'work', 'own', 'weight', 'comment'] as const

type Said = Pick<Revision, 'label' | 'work' | 'weight' | 'comment'> & { own: string | null }

export interface Change extends Pick<Revision, 'revision' | 'action' | 'at' | 'by' | 'reason' | 'label'> {
  /** What the mark said before and what since, of those things that are not the same. */
  parts: { [What in (typeof SAID)[number]]: { what: What; from: Said[What]; to: Said[What] } }[(typeof SAID)[number]][]
}

/** A mark's history as what was changed each time, oldest first; nothing was changed when it was given. */
export const changesOf = (history: readonly Revision[]): Change[] =>
  history.map(({ revision, action, at, by, reason, label }, index) => ({ revision, action, at, by, reason, label, parts: partsOf(history[index - 1], history[index]!) }))

const saidBy = ({ label, work, weight, comment, ownWork }: Revision): Said => ({ label, work, weight, comment, own: ownWork?.name ?? null })

function partsOf(before: Revision | undefined, after: Revision): Change['parts'] {
  if (!before) return []
  const [from, to] = [saidBy(before), saidBy(after)]
  return SAID.filter((what) => from[what] !== to[what]).map((what) => ({ what, from: from[what], to: to[what] }) as Change['parts'][number])
}
