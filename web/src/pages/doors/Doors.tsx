import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useOffice } from '../../session/office'
import { Failed, Loading } from '../../shell/states'
import { DoorList } from './DoorList'
import { DoorsQuery } from './Doors.graphql'
import { Rules } from './Rules'

/** The doors and tills with what stands at them, and who may pass when. The head looks, the office acts. */
export default function Doors() {
  const { t } = useTranslation()
  const { school, isOffice } = useOffice()
  const [{ data, error }, ask] = useQuery({ query: DoorsQuery })
  const again = () => ask({ requestPolicy: 'network-only' })
  return (
    <Stack maw={860}>
      <div>
        <Title order={1} size="h2">{t('doors.title')}</Title>
        <Text c="dimmed">{school.shortName}</Text>
      </div>
      {error && !data && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data && <DoorList school={school.id} known={data} acts={isOffice} changed={again} />}
      {data && <Rules school={school.id} doors={data.doors} acts={isOffice} />}
    </Stack>
  )
}
