import type { AttendanceCounts, MarkCounts, TillDay } from './Statistics.graphql'

/** A line of a plot; null where there is nothing to tell. */
export interface Line {
  label: string
  values: (number | null)[]
}

export const AWAY = ['absent', 'excused', 'late'] as const

export const entriesOf = ({ present, late, absent, excused }: AttendanceCounts): number => present + late + absent + excused

/** How many of a hundred entries are of a kind. */
export const percent = (counts: AttendanceCounts, kind: keyof AttendanceCounts): number => (100 * counts[kind]) / entriesOf(counts)

/** How many of a hundred entries say that the pupil was there, late or not. */
export const attended = (counts: AttendanceCounts): number => (100 * (counts.present + counts.late)) / entriesOf(counts)

export const marksOf = ({ values }: MarkCounts): number => values.reduce((sum, { count }) => sum + count, 0)

/** The values that were given at all, in order. */
export const valuesOf = (counts: readonly MarkCounts[]): number[] => [...new Set(counts.flatMap(({ values }) => values.map(({ value }) => value)))].sort((one, other) => one - other)

export const countOf = ({ values }: MarkCounts, value: number): number => values.find((one) => one.value === value)?.count ?? 0

/** The scales by how much is marked on them, the most first. */
export function scalesOf(counts: readonly MarkCounts[]): string[] {
  const marks = new Map<string, number>()
  for (const one of counts) marks.set(one.scale.name, (marks.get(one.scale.name) ?? 0) + marksOf(one))
  return [...marks.keys()].sort((one, other) => marks.get(other)! - marks.get(one)!)
}

export interface Takings {
  dates: string[]
  tills: { id: string; name: string }[]
  /** What a till took on a day; undefined where it was shut. */
  at: (till: string, date: string) => TillDay | undefined
}

/** Days and tills, each once, in the order in which they came. */
export function takingsOf(days: readonly TillDay[]): Takings {
  const cells = new Map(days.map((day) => [`${day.till.id} ${day.date}`, day]))
  const tills = [...new Map(days.map(({ till }) => [till.id, till])).values()]
  return { dates: [...new Set(days.map(({ date }) => date))], tills, at: (till, date) => cells.get(`${till} ${date}`) }
}

const FORMULA = /^[=+\-@\t\r]/

/** Rows as a spreadsheet of this language takes them: a comma may stand in its numbers, and then a semicolon stands between them. A text is never a formula. */
export function csv(rows: readonly (readonly string[])[], language: string): string {
  const between = language === 'en' ? ',' : ';'
  const cell = (text: string): string => {
    const plain = text.replace(/[\u00a0\u202f]/g, ' ')
    const safe = FORMULA.test(plain) && !/^-?\d/.test(plain) ? `'${plain}` : plain
    return safe.includes(between) || /["\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return rows.map((row) => row.map(cell).join(between)).join('\r\n')
}
