import type { Course, Load } from './CourseHomework.graphql'

export const LONGEST_TEXT = 4000
export const MOST_LINKS = 10
export const MOST_MINUTES = 600

/** The addresses that somebody has typed, one on each line. */
export const linksOf = (typed: string): string[] => [...new Set(typed.split(/\s+/).filter(Boolean))]

/** Which of them are no addresses that the service takes. */
export function wrong(links: readonly string[]): string[] {
  return links.filter((link) => {
    if (!link.startsWith('https://') || link.length > 500 || !URL.canParse(link)) return true
    const { hostname, username, password } = new URL(link)
    return Boolean(username || password) || !hostname.includes('.')
  })
}

/** Lessons for which homework may be set, the nearest first: today's come last, for mostly the next one is meant. */
export function choices(lessons: Course['lessons'], today: string): Course['lessons'] {
  const held = lessons.filter(({ date, cancelled }) => date >= today && !cancelled).sort((one, other) => one.date.localeCompare(other.date) || one.bell - other.bell)
  return [...held.filter(({ date }) => date > today), ...held.filter(({ date }) => date === today)]
}

/** A day that is in no answer has nothing set for it. */
export const loadOf = (days: readonly Load[], date: string): Load => days.find((one) => one.date === date) ?? { date, tasks: 0, minutes: 0, untold: 0, busiestMinutes: 0 }
