import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const UNITS = [['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]] as const

/** Seconds in the largest unit of which there is one: 20 min, 3 hr. */
export function durationOf(seconds: number, language: string): string {
  const [unit, length] = UNITS.find(([, one]) => seconds >= one) ?? UNITS[3]
  return new Intl.NumberFormat(language === 'en' ? 'en-GB' : language, { style: 'unit', unit, unitDisplay: 'short' }).format(Math.floor(seconds / length))
}

/** The same in the chosen language. */
export function useDuration(): (seconds: number) => string {
  const { i18n } = useTranslation()
  return useMemo(() => (seconds) => durationOf(seconds, i18n.language), [i18n.language])
}
