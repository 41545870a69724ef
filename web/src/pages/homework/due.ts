import type { Homework } from './Homework.graphql'

/** What is due, by its day, the nearest first; within a day as it came. */
export const byDay = (homework: readonly Homework[]): { date: string; homework: Homework[] }[] =>
  [...new Set(homework.map(({ date }) => date))].sort().map((date) => ({ date, homework: homework.filter((one) => one.date === date) }))
