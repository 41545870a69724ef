import { Button, Group, Text } from '@mantine/core'
import { useMemo, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { Queue } from '../../unsent/queue'
import { rested } from './rested'

/** Whether everything is with the server, and what is not. */
export function QueueStatus({ queue, notice }: { queue: Queue; notice: string }) {
  const { t } = useTranslation()
  // That all is saved is true when it is said; how much is not may follow.
  useSyncExternalStore(queue.watch, () => queue.status().waiting + queue.status().failed > 0)
  const { waiting, failed, broken } = useSyncExternalStore(useMemo(() => rested(queue.watch), [queue]), queue.status)
  const said = [
    waiting > 0 && (broken === null ? t('gradebook.saving', { count: waiting }) : broken === 'OFFLINE' ? t('gradebook.offline', { count: waiting }) : t('gradebook.held', { count: waiting, code: broken })),
    failed > 0 && t('gradebook.failed', { count: failed }),
  ].filter(Boolean)
  return (
    <Group gap="sm" mih={30}>
      <Text size="sm" role="status" c={said.length ? 'var(--mantine-color-text)' : 'dimmed'}>{[said.length ? said.join(' ') : t('gradebook.saved'), notice].filter(Boolean).join(' ')}</Text>
      {waiting > 0 && broken !== null && <Button size="compact-sm" variant="default" onClick={() => void queue.send()}>{t('gradebook.sendNow')}</Button>}
    </Group>
  )
}
