import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { ResultOf } from '../../api/graphql'
import { usePaged } from '../../live/paged'
import { Older } from '../../shell/Days'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Denial } from '../sign-in/Denial'
import { Acknowledge } from './Acknowledge.graphql'
import { useFamily, useInbox, useSides } from './inbox'
import { type Announcement, AnnouncementsQuery } from './Messages.graphql'
import styles from './Messages.module.css'

const ReadBy = lazy(() => import('./ReadBy'))
const WithdrawAnnouncement = lazy(() => import('./WithdrawAnnouncement'))
const pageOf = ({ announcements }: ResultOf<typeof AnnouncementsQuery>) => announcements

/** What is announced to the account's classes, newest first. */
export function Announcements() {
  const { t } = useTranslation()
  const { page, error, anew, more, fetching } = usePaged(AnnouncementsQuery, {}, pageOf)
  useFamily(anew)
  useInbox(anew)
  if (!page) return error ? <Failed error={error} retry={anew} /> : <Loading />
  if (page.edges.length === 0) return null
  return (
    <section aria-labelledby="announcements">
      <Title order={2} size="h4" id="announcements" mb={6}>{t('messages.announcements')}</Title>
      <Stack gap="sm">
        {page.edges.map(({ node }) => <OneAnnouncement key={node.id} announcement={node} changed={anew} />)}
        {page.pageInfo.hasNextPage && <Older more={more} fetching={fetching} hasMore />}
      </Stack>
    </section>
  )
}

function OneAnnouncement({ announcement, changed }: { announcement: Announcement; changed: () => void }) {
  const { t } = useTranslation()
  const { date, moment } = useFormats()
  const { isGuardian, zone } = useSides()
  const { id, grade, classGroup, title, text, acknowledgeBy, madeAt, acknowledgedAt, own, families, haveRead, madeBy } = announcement
  const whom = classGroup?.name ?? (grade === null ? t('messages.school') : t('messages.grade', { grade }))
  return (
    <Paper withBorder p="md" component="article" aria-label={title}>
      <Title order={3} size="h5">{title}</Title>
      <Text size="sm" c="dimmed" mb={6}>{[whom, madeBy?.name, moment(madeAt, zone)].filter(Boolean).join(' · ')}</Text>
      <p className={styles.text}>{text}</p>
      {isGuardian && acknowledgeBy && (acknowledgedAt
        ? <Text size="sm" c="var(--come)" mt={6}>{t('messages.acknowledged', { moment: moment(acknowledgedAt, zone) })}</Text>
        : <ToAcknowledge thing={id} until={date(acknowledgeBy)} changed={changed} />)}
      {families !== null && <Suspense><ReadBy thing={id} read={haveRead ?? 0} families={families} /></Suspense>}
      {own && <Suspense><WithdrawAnnouncement announcement={id} title={title} withdrawn={changed} /></Suspense>}
    </Paper>
  )
}

/** A button by which a guardian says to have read something. */
export function ToAcknowledge({ thing, until, changed }: { thing: string; until?: string; changed: () => void }) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(Acknowledge)
  const say = async () => {
    if (await change({ input: { thingId: thing } })) changed()
  }
  return (
    <Group gap="sm" mt={8}>
      <Button loading={fetching} variant={until ? 'filled' : 'default'} onClick={() => void say()}>{t('messages.acknowledge')}</Button>
      {until && <Text size="sm" c="dimmed">{t('messages.until', { day: until })}</Text>}
      <Denial denied={denied} />
    </Group>
  )
}
