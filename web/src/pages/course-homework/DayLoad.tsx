import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Load } from './CourseHomework.graphql'
import styles from './CourseHomework.module.css'

/** How much the class has to do for this day already, in all subjects, and with what is added here. */
export function DayLoad({ load: { tasks, minutes, untold, busiestMinutes }, adds, forAll }: { load: Load; adds: number; forAll: boolean }) {
  const { t } = useTranslation()
  const parts = [
    tasks > 0 ? t('homework.load', { count: tasks, minutes }) : t('homework.loadNone'),
    untold > 0 && t('homework.untold', { count: untold }),
    busiestMinutes > minutes && t('homework.busiest', { minutes: busiestMinutes }),
  ]
  return (
    <div role="status" className={styles.load}>
      <Text size="sm" fw={600}>{parts.filter(Boolean).join(' ')}</Text>
      {adds > 0 && forAll && <Text size="sm">{t('homework.together', { minutes: minutes + adds })}</Text>}
    </div>
  )
}
