import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { type Change, changesOf } from './changes'
import { MarkHistoryQuery } from './Marks.graphql'
import styles from './Marks.module.css'

/** All that a mark has been: old → new, who changed it, when (by the school's clock) and why. */
export function MarkHistory({ mark, timeZone }: { mark: string; timeZone: string }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const [{ data, error }, ask] = useQuery({ query: MarkHistoryQuery, variables: { mark }, requestPolicy: 'network-only' })
  if (error) return <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
  if (!data) return <Text size="sm" c="dimmed" role="status">{t('state.loading')}</Text>
  return (
    <ol className={styles.history}>
      {changesOf(data.markHistory).map((change) => (
        <li key={change.revision} className={styles.change}>
          <What change={change} />
          <span className={styles.by}>{[moment(change.at, timeZone), change.by?.name].filter(Boolean).join(' · ')}</span>
          {change.reason && <span className={styles.reason}>{change.reason}</span>}
        </li>
      ))}
    </ol>
  )
}

function What({ change: { action, label, parts } }: { change: Change }) {
  const { t } = useTranslation()
  const said = (part: Change['parts'][number]): [string, string] => {
    switch (part.what) {
      case 'work': return [t(`work.${part.from}`), t(`work.${part.to}`)]
      case 'weight': return [t('today.weight', { weight: part.from }), t('today.weight', { weight: part.to })]
      default: return [String(part.from ?? '—'), String(part.to ?? '—')]
    }
  }
  return (
    <>
      <span>{t(`diary.${action}`)}{action === 'GIVEN' && <b> {label}</b>}</span>
      {parts.map((part) => (
        part.what === 'label' ? <b key={part.what}> {said(part).join(' → ')}</b> : <span key={part.what} className={styles.part}>{said(part).join(' → ')}</span>
      ))}
    </>
  )
}
