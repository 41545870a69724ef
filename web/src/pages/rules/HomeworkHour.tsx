import { Alert, Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import { Refused } from '../person/Refused'
import { HomeworkHourQuery, SetHomeworkHour } from './Rules.graphql'

/** Until when in the evening homework for the next school day may be set. */
export function HomeworkHour({ school }: { school: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: HomeworkHourQuery, variables: { school }, requestPolicy: 'network-only' })
  const { denied, change, fetching } = useChange(SetHomeworkHour)
  const [typed, type] = useState<string | null>(null)
  const [done, setDone] = useState(false)
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const latest = data.homeworkHour?.slice(0, 5) ?? null
  const save = async (next: string | null) => {
    setDone((await change({ input: { schoolId: school, latest: next } })) !== null)
    type(null)
    again()
  }
  return (
    <Part title={t('office.homeworkHour')}>
      <Text size="sm" c="dimmed">{t('office.homeworkHourMeans')}</Text>
      <Text fw={600}>{latest ? t('office.homeworkUntil', { hour: latest }) : t('office.homeworkAnyHour')}</Text>
      <form onSubmit={(event) => { event.preventDefault(); if (typed) void save(typed) }}>
        <Group gap="xs" align="flex-end">
          <TextInput label={t('office.hour')} type="time" required w={140} value={typed ?? latest ?? ''} onChange={({ currentTarget: { value } }) => { type(value); setDone(false) }} />
          <Button type="submit" variant="default" loading={fetching} disabled={!typed || typed === latest}>{t('office.hourSet')}</Button>
          {latest && <Button variant="default" disabled={fetching} onClick={() => void save(null)}>{t('office.hourFree')}</Button>}
        </Group>
      </form>
      {done && <Alert role="status" color="green">{t('office.hourChanged')}</Alert>}
      <Refused denied={denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
    </Part>
  )
}
