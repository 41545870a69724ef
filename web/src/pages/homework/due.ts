import type { Homework } from './Homework.graphql'

/** What is due, by its day, the nearest first; within a day as it came. */
export const byDay = (homework: readonly Homework[]): { date: string; homework: Homework[] }[] =>
  [...new Set(homework.map(({ date }) => date))].sort().map((date) => ({ date, homework: homework.filter((one) => one.date === date) }))

/** The minutes of what is not done yet; what tells none adds none. */
export const left = (homework: readonly Homework[]): number => homework.reduce((sum, { minutes, doneAt }) => sum + (doneAt === null ? minutes ?? 0 : 0), 0)

/** An address in short: where it leads, with the beginning of its path. */
export function hostOf(link: string): string {
  const short = link.replace(/^https:\/\/(www\.)?/, '').replace(/\/$/, '')
  return short.length > 40 ? `${short.slice(0, 39)}…` : short
}
