import { Stack, Text, Title } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { Empty, Failed, Loading } from '../../shell/states'
import { chosenTill, keepTill } from './chosen'
import { Counter } from './Counter'
import { TillsQuery } from './Till.graphql'
import styles from './Till.module.css'

/** Where the canteen sells: at the one till there is, else at the one that is chosen, or was the last time on this device. */
export default function Till() {
  const { t } = useTranslation()
  const { till: id } = useParams<{ till?: string }>()
  const [{ data, error }, ask] = useQuery({ query: TillsQuery })
  const tills = data?.tills ?? []
  const till = chosenTill(tills, id)
  useEffect(() => {
    if (till) keepTill(till.id)
  }, [till])
  if (till) return <Counter key={till.id} till={till} others={tills.length > 1} />
  return (
    <Stack>
      <Title order={1} size="h2">{t('till.choose')}</Title>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      {data && (tills.length
        ? <ul className={styles.tills}>{tills.map((one) => <li key={one.id}><Link href={`/till/${one.id}`} className={styles.till}>{one.name}</Link></li>)}</ul>
        : <Empty><Text component="span">{t('till.noTill')}</Text></Empty>)}
    </Stack>
  )
}
