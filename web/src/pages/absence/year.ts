const SEPTEMBER = 9

/** The first day of the school year in which a day lies. */
export function yearOf(today: string): string {
  const [year, month] = today.split('-').map(Number) as [number, number]
  return `${month >= SEPTEMBER ? year : year - 1}-09-01`
}
