import type { AttendanceKind } from '../../unsent/entries'
import { gradeOf, type Scale } from '../../texts/grades'
import { kindOf } from './keys'

export type Pasted = { rows: number; columns: number } & ({ value: number } | { kind: AttendanceKind } | { unknown: string })

export const isOn = (scale: Scale | null, value: number): boolean => scale !== null && Number.isInteger(value) && scale.lowest <= value && value <= scale.highest

/** What stands in the cells that were copied from a spreadsheet, as steps from the first; empty ones say nothing. */
export function readPasted(text: string, scale: Scale | null): Pasted[] {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  return lines.flatMap((line, rows) =>
    line.split('\t').flatMap((raw, columns): Pasted[] => {
      const said = raw.trim()
      if (!said) return []
      if (/^\d+$/.test(said) && isOn(scale, Number(said))) return [{ rows, columns, value: Number(said) }]
      const grade = gradeOf(scale, said)
      if (grade !== null && (said.length > 1 || scale!.labels.some(({ label }) => label.toLowerCase() === said.toLowerCase()))) return [{ rows, columns, value: grade }]
      const kind = kindOf(said)
      return [kind ? { rows, columns, kind } : { rows, columns, unknown: said }]
    }),
  )
}
