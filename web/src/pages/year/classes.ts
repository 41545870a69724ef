export interface NewClass {
  grade: number
  letter: string
}

/** The first of September that comes next, also today and in this month. */
export function nextSeptember(today: string): string {
  const [year = 0, month = 1] = today.split('-').map(Number)
  return `${month > 9 ? year + 1 : year}-09-01`
}

/** Classes as an office writes them, "1А, 1Б 10А": null where one of them is none. */
export function classesOf(words: string): NewClass[] | null {
  const named = words.split(/[\s,;]+/).filter(Boolean).map((word) => /^(\d{1,2})([\p{L}\p{N}]{1,4})$/u.exec(word))
  const made = named.map((found) => ({ grade: Number(found?.[1]), letter: found?.[2] ?? '' }))
  return made.every(({ grade, letter }) => grade >= 1 && grade <= 12 && letter) ? made : null
}
