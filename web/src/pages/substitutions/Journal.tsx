import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useRoom } from './Said'
import styles from './Substitutions.module.css'
import { JournalQuery, type Place } from './Substitutions.graphql'

/** Who changed what of a day, when and why. */
export function Journal({ school, date, timeZone }: { school: string; date: string; timeZone: string }) {
  const { t } = useTranslation()
  const { moment, date: dayText } = useFormats()
  const roomOf = useRoom()
  const [{ data, error }, ask] = useQuery({ query: JournalQuery, variables: { school, date }, requestPolicy: 'cache-and-network' })
  if (!data) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />
  const say = ({ date: on, bell, room, cancelled, merged, teacher }: Place) => [
    cancelled ? t('today.cancelled') : `${dayText(on)}, ${t('gradebook.bell', { bell })}`, !cancelled && teacher?.name, !cancelled && roomOf(room), merged && t('lesson.merged'),
  ].filter(Boolean).join(', ')
  if (data.substitutions.length === 0) return <Text c="dimmed" mt="sm">{t('substitutions.noJournal')}</Text>
  return (
    <ol className={styles.journal}>
      {data.substitutions.map(({ id, at, reason, by, subject, classGroup, old, new: now }) => (
        <li key={id}>
          <Text fw={600}>{classGroup?.name} · {subject.name}</Text>
          <Text size="sm">{say(old)} → {say(now)}</Text>
          <Text size="sm" c="dimmed">{[moment(at, timeZone), by?.name, reason].filter(Boolean).join(' · ')}</Text>
        </li>
      ))}
    </ol>
  )
}
