import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

/** What the staff do here besides. */
export default function ForStaff() {
  const { t } = useTranslation()
  return (
    <Group gap="xs">
      <Button component={Link} href="/remarks" variant="default">{t('messages.toRemarks')}</Button>
      <Button component={Link} href="/announce" variant="default">{t('messages.toAnnounce')}</Button>
    </Group>
  )
}
