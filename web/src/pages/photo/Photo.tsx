import { Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { Icon } from '../../shell/icons'
import { Failed, Loading } from '../../shell/states'
import { useWhat } from '../people/what'
import styles from '../person/Person.module.css'
import { PhotoQuery } from './Photo.graphql'
import { PhotoForm } from './PhotoForm'

/** Somebody's photo, for the office. */
export default function Photo() {
  const { t } = useTranslation()
  const { person: wanted = '' } = useParams<{ person: string }>()
  const what = useWhat()
  const [{ data, error }, ask] = useQuery({ query: PhotoQuery, variables: { id: wanted } })
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const { id, name, photo } = data.person
  return (
    <Stack>
      <Link href={`/people/${id}`} className={styles.back}><Icon name="before" size={16} />{name}</Link>
      <div>
        <Title order={1} size="h2">{t('photo.title')}</Title>
        <Text c="dimmed">{what(data.person)}</Text>
      </div>
      <Paper p="md" withBorder><PhotoForm personId={id} name={name} photo={photo} onSaved={again} /></Paper>
    </Stack>
  )
}
