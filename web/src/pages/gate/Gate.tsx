import { Stack, Title } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useSearchParams } from 'wouter'
import { Empty, Failed, Loading } from '../../shell/states'
import { DoorsQuery } from './Gate.graphql'
import styles from './Gate.module.css'
import { Monitor } from './Monitor'

const KEPT = 'school.door'

/** A door, followed as cards are presented at it. Which one stands in the address, else it is the one that was followed last on this device. */
export default function Gate() {
  const { t } = useTranslation()
  const [search] = useSearchParams()
  const [{ data, error }, ask] = useQuery({ query: DoorsQuery })
  const doors = data?.doors.filter(({ antiPassback }) => antiPassback !== null) // others are of schools where the account is no watcher
  const wanted = search.get('door') ?? localStorage.getItem(KEPT)
  const chosen = doors?.find(({ id }) => id === wanted) ?? (doors?.length === 1 ? doors[0] : undefined)
  useEffect(() => {
    if (chosen) localStorage.setItem(KEPT, chosen.id)
  }, [chosen])
  return (
    <Stack gap="sm">
      <Title order={1} size="h2">{chosen ? t('gate.at', { door: chosen.name }) : t('gate.title')}</Title>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!doors && !error && <Loading />}
      {doors?.length === 0 && <Empty>{t('gate.noDoors')}</Empty>}
      {doors && doors.length > 1 && (
        <nav aria-label={t('gate.doors')} className={styles.doors}>
          {doors.map(({ id, name }) => (
            <Link key={id} href={`/gate?door=${encodeURIComponent(id)}`} className={styles.door} aria-current={id === chosen?.id ? 'page' : undefined}>{name}</Link>
          ))}
        </nav>
      )}
      {doors && doors.length > 1 && !chosen && <Empty>{t('gate.choose')}</Empty>}
      {chosen && <Monitor key={chosen.id} door={chosen.id} />}
    </Stack>
  )
}
