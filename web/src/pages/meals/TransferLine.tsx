import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { Icon } from '../../shell/icons'
import { dayOf, useFormats } from '../../texts/formats'
import type { Transfer } from './Meals.graphql'
import type { Line } from './statement'
import styles from './Meals.module.css'

/** Money that moved, what was bought for it, and what was given back. */
export function TransferLine({ transfer, refund }: Line) {
  const { t } = useTranslation()
  const { time } = useFormats()
  const { school } = useChild()
  const { kind, happenedAt, till, note, items, withoutCard } = transfer
  const taken = kind === 'SALE'
  return (
    <div className={styles.transfer}>
      <span className={styles.icon} data-kind={kind}><Icon name={taken ? 'bag' : 'plus'} size={16} /></span>
      <div>
        <div className={styles.line}>
          <span className={styles.title}>{t(`today.${kind}`)}</span>
          {(refund ?? transfer.refunded) && <span className={styles.tag}>{t('meals.takenBack')}</span>}
        </div>
        {items.length > 0 && <Items items={items} />}
        <div className={styles.more}>{[time(happenedAt, school.timeZone), till?.name, withoutCard && t('till.withoutCard'), note].filter(Boolean).join(' · ')}</div>
      </div>
      <Sum transfer={transfer} />
      {refund && <GivenBack refund={refund} sale={transfer} />}
    </div>
  )
}

function Items({ items }: Pick<Transfer, 'items'>) {
  const { t } = useTranslation()
  const { money } = useFormats()
  return (
    <ul className={styles.items}>
      {items.map(({ name, quantity, price }, place) => (
        <li key={place}>{quantity > 1 ? t('today.items', { name, quantity }) : name}, {money({ ...price, minor: price.minor * quantity })}</li>
      ))}
    </ul>
  )
}

/** The sign tells which way it went; the colour only repeats it. */
function Sum({ transfer: { kind, amount, balanceAfter } }: { transfer: Transfer }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  return (
    <div className={styles.amount}>
      <div className={styles.moved} data-kind={kind}>{kind === 'SALE' ? '−' : '+'}{money(amount)}</div>
      <div className={styles.more}>{t('meals.after', { balance: money(balanceAfter) })}</div>
    </div>
  )
}

function GivenBack({ refund, sale }: { refund: Transfer; sale: Transfer }) {
  const { t } = useTranslation()
  const { day, time } = useFormats()
  const { timeZone } = useChild().school
  const date = dayOf(refund.happenedAt, timeZone)
  const at = time(refund.happenedAt, timeZone)
  return (
    <>
      <div className={styles.back}>
        {t('meals.givenBack', { at: date === dayOf(sale.happenedAt, timeZone) ? at : `${day(date)}, ${at}` })}
        {refund.note && ` · ${refund.note}`}
      </div>
      <Sum transfer={refund} />
    </>
  )
}
