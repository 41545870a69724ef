import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import type { Line } from './basket'
import { missing, standingOf } from './standing'
import type { Served } from './Till.graphql'
import styles from './Till.module.css'

/** What it costs, and what will be left. */
export function Sum({ minor, lines, currency, customer }: { minor: number; lines: readonly Line[]; currency: string; customer: Served | null }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  return (
    <div className={styles.sum}>
      <div className={styles.line}>
        <span className={styles.label}>{lines.map(({ name, quantity }) => (quantity > 1 ? t('today.items', { name, quantity }) : name)).join(', ') || t('till.sum')}</span>
        <output className={styles.figure} aria-label={t('till.sum')}>{money({ minor, currency })}</output>
      </div>
      <div className={styles.line} aria-live="polite">{minor > 0 && customer && <After customer={customer} minor={minor} />}</div>
    </div>
  )
}

function After({ customer, minor }: { customer: Served; minor: number }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  const standing = standingOf(customer)
  if (!customer.balance || standing === 'refused') return null
  const { currency } = customer.balance
  const short = missing(customer, minor)
  if (short > 0) return <strong className={styles.bad}>⚠ {t('till.short', { sum: money({ minor: short, currency }) })}</strong>
  const left = { minor: customer.balance.minor - minor, currency }
  return <span>{left.minor < 0 ? t('till.willOwe', { sum: money(left) }) : t('till.willBeLeft', { sum: money(left) })}</span>
}
