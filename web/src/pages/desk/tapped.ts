interface Tap {
  id: string
  /** Null: nobody's. */
  state: string | null
  person: { id: string } | null
}

export type Standing = 'free' | 'own' | 'taken'

/** The newest tap, if it was made since one began to wait: a card that lay there before may be anybody's. */
export const freshOf = <One extends Tap>(taps: readonly One[], before: ReadonlySet<string>): One | null => {
  const newest = taps[0]
  return newest && !before.has(newest.id) ? newest : null
}

/** Whether the card that was tapped can become this person's. */
export function standingOf({ state, person }: Pick<Tap, 'state' | 'person'>, wanted: string): Standing {
  if (state === null) return 'free'
  return person?.id === wanted ? 'own' : 'taken'
}
