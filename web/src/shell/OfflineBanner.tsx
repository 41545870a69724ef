import { Alert } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '../live/Live'
import { useSession } from '../session/Session'
import { useFormats } from '../texts/formats'

function listen(hear: () => void): () => void {
  addEventListener('online', hear)
  addEventListener('offline', hear)
  return () => {
    removeEventListener('online', hear)
    removeEventListener('offline', hear)
  }
}

let lostAt = new Date()
addEventListener('offline', () => (lostAt = new Date()))

/** Says since when there is no news. */
export function OfflineBanner() {
  const { t } = useTranslation()
  const { time } = useFormats()
  const { brokenAt } = useLive()
  const { isRemembered } = useSession()
  const online = useSyncExternalStore(listen, () => navigator.onLine)
  const since = brokenAt ?? (online ? null : lostAt)
  if (isRemembered) return <div role="status"><Alert color="yellow" mb="md">{t('offline.remembered')}</Alert></div>
  if (!since) return <div role="status" />
  return (
    <div role="status">
      <Alert color="yellow" mb="md">{t('offline.banner', { time: time(since.toISOString()) })}</Alert>
    </div>
  )
}
