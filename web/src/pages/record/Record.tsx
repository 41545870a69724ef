import { Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { ChildHeading } from '../../shell/ChildHeading'
import { RecordList } from './RecordList'

/** Who looked at a child's record, and who changed it. */
export default function Record() {
  const { t } = useTranslation()
  const { id, school } = useChild()
  return (
    <Stack>
      <ChildHeading title={t('record.title')} />
      <Text size="sm" c="dimmed">{t('record.explain')}</Text>
      <RecordList child={id} school={school} />
    </Stack>
  )
}
