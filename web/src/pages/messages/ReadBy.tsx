import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useSides } from './inbox'
import { ReadByQuery } from './Messages.graphql'
import styles from './Messages.module.css'

/** By how many families it was read, and, when one wants to know, by whom not yet. */
export default function ReadBy({ thing, read, families }: { thing: string; read: number; families: number }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { zone } = useSides()
  const [opened, open] = useState(false)
  const [{ data, error }, ask] = useQuery({ query: ReadByQuery, variables: { thing }, pause: !opened, requestPolicy: 'network-only' })
  return (
    <div className={styles.readBy}>
      <Button variant="default" size="sm" aria-expanded={opened} onClick={() => open(!opened)}>{t('messages.readBy', { read, families })}</Button>
      {opened && error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {opened && data && (
        <div className={styles.readers}>
          <div>
            <Text fw={600} size="sm">{t('messages.notYet')}</Text>
            <ul>{data.readBy.notYet.map(({ pupilId, pupil }) => <li key={pupilId}>{pupil}</li>)}</ul>
          </div>
          <div>
            <Text fw={600} size="sm">{t('messages.haveRead')}</Text>
            <ul>{data.readBy.readings.map(({ pupilId, pupil, guardian, at }) => (
              <li key={pupilId + guardian}>{pupil} <Text span size="sm" c="dimmed">{guardian}, {moment(at, zone)}</Text></li>
            ))}</ul>
          </div>
        </div>
      )}
    </div>
  )
}
