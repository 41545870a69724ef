import type { Page } from '../../live/paged'
import type { Passage, Tap } from './Passes.graphql'

/** A card at a door: a way in or out, or a refusal. */
export interface AtDoor {
  id: string
  at: string
  direction: 'IN' | 'OUT' | null
  door: string
  /** Why not; null where it was let through as usual. */
  reason: string | null
  refused: boolean
  minutesLate: number | null
  /** When it became known, if that was late. */
  knownAt: string | null
  suspect: boolean
}

interface Lists {
  passages: Page<Passage>
  taps: Page<Tap>
}

const oldest = ({ edges, pageInfo }: Page<{ happenedAt: string }>): number =>
  pageInfo.hasNextPage ? Date.parse(edges.at(-1)?.node.happenedAt ?? '') : -Infinity

/** Down to which moment both lists have been read. */
const horizon = ({ passages, taps }: Lists): number => Math.max(oldest(passages), oldest(taps))

/** What happened at the doors, the newest first, as far back as both lists have been read. */
export function atDoors(lists: Lists, minutesLate: ReadonlyMap<string, number>): AtDoor[] {
  const until = horizon(lists)
  const passed = lists.passages.edges.map(({ node }): AtDoor => ({
    ...common(node), door: node.door.name, refused: false, reason: node.verdict.reason === 'OK' ? null : node.verdict.reason, minutesLate: minutesLate.get(node.id) ?? null,
  }))
  const refused = lists.taps.edges.filter(({ node }) => node.verdict.outcome === 'REFUSE').map(({ node }): AtDoor => ({
    ...common(node), door: node.door?.name ?? node.reader, refused: true, reason: node.verdict.reason, minutesLate: null,
  }))
  return [...passed, ...refused].filter(({ at }) => Date.parse(at) >= until).sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
}

const common = ({ id, direction, happenedAt, receivedAt, late, suspect }: Passage | Tap) =>
  ({ id, at: happenedAt, direction, knownAt: late ? receivedAt : null, suspect })

/** Which of the lists has to be read on, for more to be told; neither when all of both has been read. */
export function behind(lists: Lists): { passages: boolean; taps: boolean } {
  const until = horizon(lists)
  return { passages: until > -Infinity && oldest(lists.passages) === until, taps: until > -Infinity && oldest(lists.taps) === until }
}
