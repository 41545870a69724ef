import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import type { Rule, Weekday } from './Doors.graphql'

export const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const satisfies readonly Weekday[]

/** A Monday. */
const MONDAY = Date.parse('2026-09-07T12:00:00Z')
const DAY = 86_400_000
const RANGE = 3

/** Neighbouring days as one: three and more from the first to the last; two, and what stands alone, by themselves. */
export function runsOf(days: readonly number[]): [number, number][] {
  const runs: [number, number][] = []
  for (const day of [...new Set(days)].sort((one, other) => one - other)) {
    const last = runs.at(-1)
    if (last && last[1] === day - 1) last[1] = day
    else runs.push([day, day])
  }
  return runs.flatMap(([from, to]): [number, number][] => (to - from + 1 >= RANGE || from === to ? [[from, to]] : [[from, from], [to, to]]))
}

/** What is said of a rule: what a form has before there is one, too. */
export type Said = Pick<Rule, 'audience' | 'direction' | 'weekdays' | 'startsAt' | 'endsAt' | 'validFrom' | 'validUntil'> & {
  door: { name: string } | null
  classGroup: { name: string } | null
  person: { name: string } | null
}

/** A rule in words: who, through which door and which way, on which days of the week and at what times, and on which dates alone. */
export function useRuleWords(): { who: (rule: Said) => string; terms: (rule: Said) => string; weekday: (day: Weekday, long?: boolean) => string } {
  const { t, i18n } = useTranslation()
  const { date } = useFormats()
  return useMemo(() => {
    const named = { short: new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' }), long: new Intl.DateTimeFormat(i18n.language, { weekday: 'long', timeZone: 'UTC' }) }
    const name = (day: number, long = false): string => named[long ? 'long' : 'short'].format(MONDAY + day * DAY)
    const dated = (day: string): string => `${date(day)} ${day.slice(0, 4)}`
    const who = ({ audience, classGroup, person }: Said): string => {
      switch (audience) {
        case 'PUPILS': return t('doors.who.PUPILS')
        case 'STAFF': return t('doors.who.STAFF')
        case 'CLASS_GROUP': return t('doors.who.CLASS_GROUP', { name: classGroup?.name ?? '—' })
        case 'PERSON': return person?.name ?? t('doors.who.gone')
      }
    }
    const terms = ({ door, direction, weekdays, startsAt, endsAt, validFrom, validUntil }: Said): string => {
      const days = weekdays.map((day) => WEEKDAYS.indexOf(day))
      return [
        door ? `«${door.name}»` : t('doors.everyDoor'),
        t(`doors.way.${direction ?? 'BOTH'}`),
        days.length === WEEKDAYS.length ? t('doors.daily') : runsOf(days).map(([from, to]) => (from === to ? name(from) : `${name(from)}–${name(to)}`)).join(', '),
        startsAt === '00:00' && endsAt === '24:00' ? t('doors.allDay') : `${startsAt}–${endsAt}`,
        validFrom && t('doors.since', { date: dated(validFrom) }),
        validUntil && t('doors.until', { date: dated(validUntil) }),
      ].filter(Boolean).join(' · ')
    }
    return { who, terms, weekday: (day, long) => name(WEEKDAYS.indexOf(day), long) }
  }, [t, i18n.language, date])
}
