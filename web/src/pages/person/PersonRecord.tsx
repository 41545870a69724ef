import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { useOffice } from '../../session/office'
import { Icon } from '../../shell/icons'
import { Failed, Loading } from '../../shell/states'
import { RecordList } from '../record/RecordList'
import { PersonQuery } from './Person.graphql'
import styles from './Person.module.css'

/** Who looked at a pupil's record, and who changed it, as the school's administration sees it. */
export default function PersonRecord() {
  const { t } = useTranslation()
  const { person: id } = useParams<{ person: string }>()
  const { school } = useOffice()
  const [{ data, error }, ask] = useQuery({ query: PersonQuery, variables: { id }, requestPolicy: 'cache-first' })
  if (!data) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />
  return (
    <Stack>
      <Link href={`/people/${id}`} className={styles.back}><Icon name="before" size={16} />{data.person.name}</Link>
      <Title order={1} size="h2">{t('record.title')}</Title>
      <Text size="sm" c="dimmed">{t('office.recordMeans')}</Text>
      <RecordList child={id} school={school} />
    </Stack>
  )
}
