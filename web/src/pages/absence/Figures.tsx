import { Paper, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { useFormats } from '../../texts/formats'
import type { Attended } from './Absence.graphql'
import styles from './Absence.module.css'
import { yearOf } from './year'

const KINDS = ['present', 'late', 'absent', 'excused'] as const

/** The registers of the school year, counted: by kind, by reason, by subject. */
export function Figures({ attended: { counts, minutesLate, reasons, subjects } }: { attended: Attended }) {
  const { t } = useTranslation()
  const { days } = useFormats()
  const { school: { today } } = useChild()
  const whole = KINDS.reduce((sum, kind) => sum + counts[kind], 0)
  return (
    <Paper p="md" withBorder component="section" aria-labelledby="figures">
      <Title order={2} size="h4" id="figures">{t('absence.figures')}</Title>
      <Text size="sm" c="dimmed" mb="xs">{t('absence.figuresOf', { days: days(yearOf(today), today) })}</Text>
      {whole === 0 ? <Text size="sm" c="dimmed">{t('absence.noEntries')}</Text> : (
        <>
          <dl className={styles.counts}>
            {KINDS.map((kind) => (
              <div key={kind} className={styles.count} data-bad={(kind === 'absent' && counts.absent > 0) || undefined}>
                <dt>{t(`absence.kind.${kind}`)}</dt>
                <dd>{counts[kind]}</dd>
              </div>
            ))}
          </dl>
          {minutesLate > 0 && <Text size="sm" mt="xs">{t('absence.minutesLate', { count: minutesLate })}</Text>}
          {reasons.length > 0 && (
            <>
              <Title order={3} size="h5" mt="md" mb={4}>{t('absence.byReason')}</Title>
              <ul className={styles.reasons}>
                {reasons.map(({ count, reason }, place) => <li key={reason?.id ?? place}>{reason?.name}: {t('absence.lessons', { count })}</li>)}
              </ul>
            </>
          )}
          <Title order={3} size="h5" mt="md" mb={4} id="by-subject">{t('absence.bySubject')}</Title>
          <div className={styles.frame} role="region" aria-labelledby="by-subject" tabIndex={0}>
            <table className={styles.table}>
              <thead><tr><th scope="col">{t('absence.subject')}</th>{KINDS.map((kind) => <th key={kind} scope="col">{t(`absence.short.${kind}`)}</th>)}</tr></thead>
              <tbody>
                {subjects.map(({ subject, counts: of }) => (
                  <tr key={subject.id}><th scope="row">{subject.name}</th>{KINDS.map((kind) => <td key={kind}>{of[kind] || '–'}</td>)}</tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Paper>
  )
}
