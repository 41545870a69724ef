import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import type { Account } from './Meals.graphql'
import styles from './Meals.module.css'

/** What is there, and what can still be bought for it. */
export function Balance({ account: { balance, floor } }: { account: Account }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  const left = { minor: balance.minor - floor.minor, currency: balance.currency }
  return (
    <section className={styles.balance} aria-label={t('meals.balance')} role="status">
      <Text size="sm" c="dimmed">{t('meals.balance')}</Text>
      <Text className={styles.sum} data-below={balance.minor < 0 || undefined}>{money(balance)}</Text>
      {balance.minor < 0 && <span className={styles.tag}>{t('meals.below')}</span>}
      <Text size="sm" c="dimmed">
        {floor.minor < 0 ? t('meals.overdraft', { floor: money(floor), left: money(left) }) : t('meals.noOverdraft')}
      </Text>
    </section>
  )
}
