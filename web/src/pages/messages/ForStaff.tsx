import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { LedClassesQuery } from '../../session/Led.graphql'

/** What the staff do here besides: a remark; an announcement, where there is somebody to whom one may announce. */
export default function ForStaff() {
  const { t } = useTranslation()
  const [{ data }] = useQuery({ query: LedClassesQuery })
  return (
    <Group gap="xs">
      <Button component={Link} href="/remarks" variant="default">{t('messages.toRemarks')}</Button>
      {!!data?.reportCardClasses.length && <Button component={Link} href="/announce" variant="default">{t('messages.toAnnounce')}</Button>}
    </Group>
  )
}
