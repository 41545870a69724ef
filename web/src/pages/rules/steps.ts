import { gradeOf, labelOf, type Scale } from '../../texts/grades'
import type { Conversion } from './Scales.graphql'

type Step = Conversion['steps'][number]

/** Labels as they are typed: `5 A, 4 B`; null where one of them is no value and a word. */
export function labelsOf(text: string): { value: number; label: string }[] | null {
  const parts = text.split(/[,;\n]/).map((part) => part.trim()).filter(Boolean)
  const found = parts.map((part) => /^(\d{1,4})\s*[=:\s–-]\s*(\D+)$/.exec(part))
  return found.some((one) => !one) ? null : found.map((one) => ({ value: Number(one![1]), label: one![2]!.trim() }))
}

/** Steps as they are typed, each on a line: `85–100 5`, `зачёт 5`; null where one of them is not. */
export function stepsOf(text: string, from: Scale, to: Scale): Step[] | null {
  const steps = text.split(/[,;\n]/).map((line) => line.trim()).filter(Boolean).map((line) => {
    const [, first, last, becomes] = /^(\S+?)(?:\s*[–-]\s*(\d+))?\s*(?:=|\s)\s*(\S+)$/.exec(line) ?? []
    if (!first || !becomes) return null
    const [lowest, value] = [grade(from, first), grade(to, becomes)]
    const highest = last ? Number(last) : lowest
    return lowest === null || highest === null || value === null ? null : { lowest, highest, value }
  })
  return steps.length && steps.every((step) => step !== null) ? steps : null
}

const grade = (scale: Scale, text: string): number | null => (/^\d+$/.test(text) ? Number(text) : gradeOf(scale, text))

/** The same to be read. */
export const said = ({ lowest, highest, value }: Step, from: Scale, to: Scale): string =>
  `${lowest === highest ? labelOf(from, lowest) : `${labelOf(from, lowest)}–${labelOf(from, highest)}`} → ${labelOf(to, value)}`
