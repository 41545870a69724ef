import { Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useParams } from 'wouter'
import { Failed, Loading } from '../../shell/states'
import { PhotoQuery } from './Photo.graphql'
import { PhotoForm } from './PhotoForm'

/** A pupil's photo, for the office. */
export default function Photo() {
  const { t } = useTranslation()
  const { pupil = '' } = useParams<{ pupil: string }>()
  const [{ data, error }, ask] = useQuery({ query: PhotoQuery, variables: { pupil } })
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const { id, name, photo, classGroup } = data.pupil
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{t('photo.title')}</Title>
        <Text c="dimmed">{name} · {classGroup.name}</Text>
      </div>
      <Paper p="md" withBorder><PhotoForm personId={id} name={name} photo={photo} onSaved={again} /></Paper>
    </Stack>
  )
}
