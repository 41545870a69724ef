import type { AttendanceKind, GradeMonth } from './District.graphql'

/** Months that a district may choose: the last one that is over, a quarter, half a year (at most 190 days). */
export const MONTHS = [1, 3, 6] as const
export type Months = (typeof MONTHS)[number]

/** The days of the last months that are over. */
export function overBy(today: string, months: Months): { from: string; to: string } {
  const [year, month] = today.split('-').map(Number) as [number, number]
  const iso = (date: number): string => new Date(date).toISOString().slice(0, 10)
  return { from: iso(Date.UTC(year, month - 1 - months, 1)), to: iso(Date.UTC(year, month - 1, 0)) }
}

/** A sum, and whether something that is not told is missing from it; null where nothing is told. */
export interface Sum {
  sum: number
  atLeast: boolean
}

export function sumOf(counts: readonly (number | null)[]): Sum | null {
  const told = counts.filter((count) => count !== null)
  return counts.length && !told.length ? null : { sum: told.reduce((sum, count) => sum + count, 0), atLeast: told.length < counts.length }
}

/** How many of a hundred, and whether something that is not told is missing from it. */
export interface Share {
  share: number
  atLeast: boolean
}

const KINDS: readonly AttendanceKind[] = ['PRESENT', 'LATE', 'ABSENT', 'EXCUSED']

/** How many of a hundred register entries are of these kinds, in those months and grades of which something is told; null where nothing is, undefined where there is nothing to tell. */
export function shareOf(cells: readonly GradeMonth[], ...kinds: AttendanceKind[]): Share | null | undefined {
  if (cells.every(({ byKind }) => !byKind.length)) return undefined
  let [there, all, atLeast] = [0, 0, false]
  for (const { entries, byKind } of cells) {
    if (!entries) continue
    const told = (kind: AttendanceKind): number | null => byKind.find((one) => one.kind === kind)?.count ?? (byKind.some((one) => one.kind === kind) ? null : 0)
    const [found, others] = [sumOf(kinds.map(told)), sumOf(KINDS.filter((kind) => !kinds.includes(kind)).map(told))]
    const rest = others && !others.atLeast ? entries - others.sum : null
    if (!found && rest === null) continue
    there += found && !found.atLeast ? found.sum : (rest ?? found!.sum)
    all += entries
    atLeast ||= rest === null && found!.atLeast
  }
  return all ? { share: (100 * there) / all, atLeast } : null
}

export const attendedOf = (cells: readonly GradeMonth[]): Share | null | undefined => shareOf(cells, 'PRESENT', 'LATE')

/** Fewer grades than these are no scale to take an average of: pass and fail. */
const FEWEST = 3

/** The plain average of the marks on the scale that is used most, of those months and grades whose marks on it are all told. */
export function averageOf(cells: readonly GradeMonth[]): { scale: string; average: number } | null | undefined {
  if (cells.every(({ byValue }) => !byValue.length)) return undefined
  let withheld = false
  const scales = new Map<string, { sum: number; count: number; values: Set<number> }>()
  for (const { byValue } of cells) {
    for (const scale of new Set(byValue.map((one) => one.scale))) {
      const marks = byValue.filter((one) => one.scale === scale)
      if (marks.some(({ count }) => count === null)) {
        withheld = true
        continue
      }
      const found = scales.get(scale) ?? { sum: 0, count: 0, values: new Set() }
      for (const { value, count } of marks) {
        found.sum += value * count!
        found.count += count!
        found.values.add(value)
      }
      scales.set(scale, found)
    }
  }
  const [most] = [...scales].filter(([, { count, values }]) => count > 0 && values.size >= FEWEST).sort(([, one], [, other]) => other.count - one.count)
  return most ? { scale: most[0], average: most[1].sum / most[1].count } : withheld ? null : undefined
}

/** The months in order, each with what is told of its grades. */
export const byMonth = (cells: readonly GradeMonth[]): [string, GradeMonth[]][] => grouped(cells, ({ month }) => month)

/** The grades in order, each with its months. */
export const byGrade = (cells: readonly GradeMonth[]): [number, GradeMonth[]][] => grouped(cells, ({ grade }) => grade)

function grouped<Key extends string | number>(cells: readonly GradeMonth[], by: (cell: GradeMonth) => Key): [Key, GradeMonth[]][] {
  const groups = new Map<Key, GradeMonth[]>()
  for (const cell of cells) groups.set(by(cell), [...(groups.get(by(cell)) ?? []), cell])
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1))
}
