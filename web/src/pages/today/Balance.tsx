import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { codeOf } from '../../api/client'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { BalanceQuery } from './Today.graphql'
import styles from './Today.module.css'

/** The child's money for meals. */
export function Balance() {
  const { t } = useTranslation()
  const { money } = useFormats()
  const { id } = useChild()
  const [{ data, error }, ask] = useQuery({ query: BalanceQuery, variables: { child: id } })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  if (error && codeOf(error) !== 'NOT_FOUND') return <Failed error={error} retry={again} />
  return (
    <div className={styles.fact}>
      <Text size="sm" c="dimmed">{t('today.balance')}</Text>
      {error ? <Text size="sm">{t('today.noAccount')}</Text> : <Text fw={600}>{data ? money(data.mealAccount.balance) : '…'}</Text>}
    </div>
  )
}
