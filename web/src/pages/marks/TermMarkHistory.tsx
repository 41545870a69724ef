import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { TermMarkHistoryQuery } from './Marks.graphql'
import styles from './Marks.module.css'

/** All that was decided for a pupil in a course and term, the latest first: what, beside which average, by whom, when (by the school's clock) and why. */
export function TermMarkHistory({ child, course, term, timeZone }: { child: string; course: string; term: string; timeZone: string }) {
  const { t } = useTranslation()
  const { moment, decimal } = useFormats()
  const [{ data, error }, ask] = useQuery({ query: TermMarkHistoryQuery, variables: { child, course, term }, requestPolicy: 'network-only' })
  if (error) return <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
  if (!data) return <Text size="sm" c="dimmed" role="status">{t('state.loading')}</Text>
  return (
    <ol className={styles.history} reversed>
      {data.termMarkHistory.toReversed().map(({ revision, label, average, comment, reason, at, by }) => (
        <li key={revision} className={styles.change}>
          <b>{label ?? t('marks.notAssessed')}</b>{average && <span className={styles.part}> {decimal(average.decimal)}</span>}
          <span className={styles.by}>{[moment(at, timeZone), by?.name].filter(Boolean).join(' · ')}</span>
          {[comment, reason].filter(Boolean).map((said) => <span key={said} className={styles.reason}>{said}</span>)}
        </li>
      ))}
    </ol>
  )
}
