/** A grading scale: whole numbers, some of which are shown by a word or a letter. */
export interface Scale {
  lowest: number
  highest: number
  labels: readonly { value: number; label: string }[]
}

/** A grade as people read it. */
export const labelOf = (scale: Scale | null, value: number): string => scale?.labels.find((one) => one.value === value)?.label ?? String(value)

/** A label that fits a narrow cell: "зачёт" is "зач". */
export const shortly = (label: string): string => (label.length > 4 ? label.slice(0, 3) : label)

/** As it is shown, with what it is on another scale. */
export const withConverted = ({ label, converted }: { label: string; converted: string | null }): string => (converted === null ? label : `${label} (${converted})`)

const plainly = (text: string): string => text.trim().toLowerCase().replaceAll('ё', 'е')

/** The grades whose labels begin so; only that one whose label is exactly this, if there is. */
export function begunBy(scale: Scale | null, text: string): readonly { value: number; label: string }[] {
  const said = plainly(text)
  const begun = said && scale ? scale.labels.filter(({ label }) => plainly(label).startsWith(said)) : []
  const whole = begun.find(({ label }) => plainly(label) === said)
  return whole ? [whole, ...begun.filter((one) => one !== whole)] : begun
}

/** The grade that a typed or copied label means: it is whole, or can be no other. */
export function gradeOf(scale: Scale | null, text: string): number | null {
  const [first, other] = begunBy(scale, text)
  return first && (!other || plainly(first.label) === plainly(text)) ? first.value : null
}
