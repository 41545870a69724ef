import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useOffice } from '../../session/office'
import { HomeworkHour } from './HomeworkHour'
import { Reasons } from './Reasons'
import { Scales } from './Scales'
import { StaffFactor } from './StaffFactor'
import { Works } from './Works'

/** What the school has decided for everybody. */
export default function Rules() {
  const { t } = useTranslation()
  const { school } = useOffice()
  return (
    <Stack maw={640}>
      <div>
        <Title order={1} size="h2">{t('office.rules')}</Title>
        <Text c="dimmed">{school.shortName}</Text>
      </div>
      <StaffFactor school={school.id} />
      <HomeworkHour school={school.id} />
      <Reasons school={school.id} />
      <Scales school={school.id} />
      <Works school={school.id} />
    </Stack>
  )
}
