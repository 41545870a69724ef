import { Alert, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import styles from '../absence/Absence.module.css'
import type { Spread } from './Absences.graphql'

/** What has become of an absence that was entered into the registers of some days. */
export function Entered({ spread: { written, unchanged, ahead, contradictions } }: { spread: Spread }) {
  const { t } = useTranslation()
  const { date } = useFormats()
  return (
    <Alert color={contradictions.length ? 'yellow' : 'teal'}>
      <Text size="sm">{[t('absences.written', { count: written }), unchanged > 0 && t('absences.unchanged', { count: unchanged }), ahead > 0 && t('absences.ahead', { count: ahead })].filter(Boolean).join(' ')}</Text>
      {contradictions.length > 0 && (
        <>
          <Text size="sm" fw={600} mt={4}>{t('absences.contradictions', { count: contradictions.length })}</Text>
          <ul className={styles.contradictions}>
            {contradictions.map(({ lesson: { id, date: on, bell, subject }, attendance: { kind } }) => (
              <li key={id}>{[date(on), t('absence.bell', { bell }), subject.name, t(`attendance.${kind}`)].join(' · ')}</li>
            ))}
          </ul>
        </>
      )}
    </Alert>
  )
}
