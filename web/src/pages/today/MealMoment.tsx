import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import styles from './Timeline.module.css'
import type { Transfer } from './Today.graphql'

/** Money of the meal account that moved, and what was bought for it. */
export function MealMoment({ transfer: { kind, amount, items } }: { transfer: Transfer }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  return (
    <>
      <div className={styles.line}>
        <span className={styles.title}>{t(`today.${kind}`)}</span>
        <span>{money(amount)}</span>
      </div>
      {items.length > 0 && (
        <div className={styles.more}>
          {items.map(({ name, quantity }) => (quantity > 1 ? t('today.items', { name, quantity }) : name)).join(', ')}
        </div>
      )}
    </>
  )
}
