import { Stack, Title } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Announcements } from './Announcements'
import { ChildRemarks } from './ChildRemarks'
import { Inbox, useSides } from './inbox'
import { NewTalk } from './NewTalk'
import { Threads } from './Threads'

const ForStaff = lazy(() => import('./ForStaff'))

/** What school and family tell each other: what is announced, what is written, what was remarked. */
export default function Messages() {
  const { t } = useTranslation()
  const { isGuardian, isTeacher, isOffice, children } = useSides()
  const open = children.filter((child) => child.open.includes('DIARY'))
  const writes = isTeacher || (isGuardian && open.length > 0)
  return (
    <Inbox>
      <Stack maw={760} gap="lg">
        <Title order={1} size="h2">{t('messages.title')}</Title>
        {(isTeacher || isOffice) && <Suspense><ForStaff /></Suspense>}
        {writes && <NewTalk />}
        <Announcements />
        {writes && <Threads />}
        {open.map((child) => <ChildRemarks key={child.id} child={child} />)}
      </Stack>
    </Inbox>
  )
}
