import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

export interface Money {
  minor: number
  currency: string
}

/** Days of the calendar have no zone: they are written as noon in UTC. */
const noon = (date: string): Date => new Date(`${date}T12:00:00Z`)

/** The calendar day of a moment in a zone, as YYYY-MM-DD. */
export const dayOf = (moment: string, timeZone: string): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(moment))

/** A day some days later. */
export function addDays(date: string, days: number): string {
  const moved = noon(date)
  moved.setUTCDate(moved.getUTCDate() + days)
  return moved.toISOString().slice(0, 10)
}

export function formatsOf(language: string) {
  const in_ = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, options)
  const day = in_({ weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
  const date = in_({ day: 'numeric', month: 'short', timeZone: 'UTC' })
  const days = in_({ day: 'numeric', month: 'long', timeZone: 'UTC' })
  const places = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return {
    /** Monday 7 September */
    day: (date: string): string => day.format(noon(date)),
    /** 7 Sept */
    date: (one: string): string => date.format(noon(one)),
    /** 7–12 September */
    days: (from: string, to: string): string => days.formatRange(noon(from), noon(to)),
    /** 08:30, by the school's clock. */
    time: (at: string, timeZone?: string): string => in_({ hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(at)),
    /** 7 Sept, 08:30, by the school's clock, or that of whoever looks. */
    moment: (at: string, timeZone?: string): string => in_({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(at)),
    /** 4.25, as the service writes it, with the sign of the language. */
    decimal: (text: string): string => places.format(Number(text)),
    money: ({ minor, currency }: Money): string => {
      const format = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
      return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
    },
  }
}

/** Dates, times and money in the chosen language. */
export function useFormats(): ReturnType<typeof formatsOf> {
  const { i18n } = useTranslation()
  return useMemo(() => formatsOf(i18n.language), [i18n.language])
}
