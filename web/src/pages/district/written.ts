import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type Money, useFormats } from '../../texts/formats'
import type { Share, Sum } from './told'

/** Figures as they are written, and what is written where they are not told. */
export function useWritten() {
  const { t, i18n } = useTranslation()
  const { money } = useFormats()
  return useMemo(() => {
    const whole = new Intl.NumberFormat(i18n.language)
    const tenths = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 })
    const places = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    const months = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : i18n.language, { month: 'long', year: 'numeric', timeZone: 'UTC' })
    const untold = t('district.untold')
    const figure = <Found>(found: Found | null | undefined, write: (found: Found) => string): string => (found === undefined ? '—' : found === null ? untold : write(found))
    const sums = (sum: Sum | null, write: (value: number) => string): string => (sum === null ? untold : sum.atLeast ? `≥ ${write(sum.sum)}` : write(sum.sum))
    return {
      count: (count: number | null): string => (count === null ? untold : whole.format(count)),
      sum: (sum: Sum | null): string => sums(sum, (value) => whole.format(value)),
      money: (sum: Sum | null, currency: Money['currency'] | undefined): string => sums(sum, (minor) => (currency ? money({ minor, currency }) : whole.format(minor))),
      share: (found: Share | null | undefined): string => figure(found, ({ share, atLeast }) => `${atLeast ? '≥ ' : ''}${tenths.format(share)}\u00a0%`),
      average: (found: { average: number } | null | undefined): string => figure(found, ({ average }) => places.format(average)),
      month: (date: string): string => months.format(new Date(`${date}T12:00:00Z`)),
    }
  }, [t, i18n.language, money])
}
