import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { dayOf, useFormats } from '../../texts/formats'
import type { Day } from './Today.graphql'
import styles from './Today.module.css'

/** Whether the child is at school, and since when. */
export function Presence({ presence }: { presence: NonNullable<Day['pupilPresence']> }) {
  const { t } = useTranslation()
  const { time } = useFormats()
  const { school } = useChild()
  const { inside, changedAt } = presence
  const at = changedAt && dayOf(changedAt, school.timeZone) === school.today ? time(changedAt, school.timeZone) : null
  const text = inside ? (at ? t('today.inside', { time: at }) : t('today.insideNoTime')) : at ? t('today.left', { time: at }) : t('today.outside')
  return (
    <div className={styles.fact}>
      <Text size="sm" c="dimmed">{t('today.presence')}</Text>
      <Text fw={600}>{text}</Text>
    </div>
  )
}
