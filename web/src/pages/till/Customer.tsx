import { useTranslation } from 'react-i18next'
import { Face } from '../../shell/Face'
import { useFormats } from '../../texts/formats'
import { verdictOf } from '../today/verdicts'
import { type Standing, standingOf } from './standing'
import type { Served } from './Till.graphql'
import styles from './Till.module.css'

/** With a sign that tells apart without colour. */
const SIGNS: Record<Standing, string> = { enough: '✓', low: '!', overdraft: '−', none: '✕', refused: '✕' }

/** Who stands at the till, and how the account stands: what a cook must see at a glance. */
export function Customer({ customer, dismiss }: { customer: Served | null; dismiss: () => void }) {
  const { t } = useTranslation()
  return (
    <section className={styles.customer} role="status" aria-label={t('till.customer')} data-standing={customer ? standingOf(customer) : undefined}>
      {customer ? <Known customer={customer} dismiss={dismiss} /> : <p className={styles.nobody}>{t('till.present')}</p>}
    </section>
  )
}

function Known({ customer, dismiss }: { customer: Served; dismiss: () => void }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  const { person, classGroup, balance, reason, withoutCard } = customer
  const standing = standingOf(customer)
  const name = person?.name ?? t('till.unknown')
  return (
    <>
      <Face name={person?.name ?? '?'} photo={person?.photo ?? null} size={112} />
      <div className={styles.about}>
        <p className={styles.name}>{name}</p>
        {classGroup && <p className={styles.class}>{classGroup.name}</p>}
        {balance && <p className={styles.balance}>{money(balance)}</p>}
        <p className={styles.standing}>
          <span aria-hidden className={styles.sign}>{SIGNS[standing]}</span>
          {standing === 'refused' ? t('till.refusedCard', { reason: t(`verdict.${verdictOf(reason)}`) }) : t(`till.standing.${standing}`)}
        </p>
        {withoutCard && (
          <p className={styles.forgot}>
            <span className={styles.tag}>{t('till.withoutCard')}</span>
            <button type="button" className={styles.other} onClick={dismiss}>{t('till.notThem')}</button>
          </p>
        )}
      </div>
    </>
  )
}
