import { Alert, Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { useMe } from '../../session/Session'
import { Failed, Loading } from '../../shell/states'
import type { Language } from '../../texts'
import { useFormats } from '../../texts/formats'
import { Denial } from '../sign-in/Denial'
import styles from './Account.module.css'
import { CalendarsQuery, type Feed, MakeCalendar, RevokeCalendar } from './Calendars.graphql'
import { useChange } from './change'

interface Followed {
  id: string
  name: string
}

/** Whose lessons this account may have in a calendar: its children's, and its own as a teacher. */
function useFollowed(): Followed[] {
  const { t } = useTranslation()
  const { children, grants } = useMe()
  const pupils = children.filter(({ open }) => open.includes('DIARY')).map(({ id, name }) => ({ id, name }))
  const teachers = grants.filter(({ role }) => role === 'TEACHER')
  return [...pupils, ...teachers.map(({ personId, school }) => ({ id: personId, name: teachers.length > 1 ? `${t('calendar.own')}, ${school.shortName}` : t('calendar.own') }))]
}

/** Secret addresses at which calendar programs read lessons. Each is shown once, when it is made. */
export function Calendars() {
  const { t } = useTranslation()
  const followed = useFollowed()
  const [{ data, error }, ask] = useQuery({ query: CalendarsQuery, pause: followed.length === 0 })
  const again = () => ask({ requestPolicy: 'network-only' })
  if (followed.length === 0) return null
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  return (
    <Paper p="md" withBorder component="section">
      <Stack gap="md">
        <Title order={2} size="h4">{t('calendar.title')}</Title>
        <Text size="sm" c="dimmed">{t('calendar.means')}</Text>
        {followed.map((person) => (
          <OfPerson key={person.id} person={person} feeds={data.myCalendarFeeds.filter(({ personId }) => personId === person.id)} again={again} />
        ))}
      </Stack>
    </Paper>
  )
}

const MOST = 5

function OfPerson({ person: { id, name }, feeds, again }: { person: Followed; feeds: readonly Feed[]; again: () => void }) {
  const { t, i18n } = useTranslation()
  const { fetching, denied, change } = useChange(MakeCalendar)
  const [address, setAddress] = useState<string | null>(null)
  const make = async () => {
    const language = (i18n.language as Language) === 'ru' ? 'RU' : 'EN'
    const made = await change({ input: { id: newId(), personId: id, language } })
    if (!made) return
    setAddress(made.address && new URL(made.address, location.origin).href)
    again()
  }
  return (
    <Stack gap="xs" component="section" aria-label={name}>
      <Title order={3} size="h6">{name}</Title>
      {feeds.map((feed) => <OneFeed key={feed.id} feed={feed} of={name} again={() => { setAddress(null); again() }} />)}
      {address && <NewAddress address={address} />}
      <Denial denied={denied} />
      {feeds.length < MOST && (
        <Group><Button variant="default" size="sm" loading={fetching} aria-label={`${t('calendar.make')}: ${name}`} onClick={make}>{t('calendar.make')}</Button></Group>
      )}
    </Stack>
  )
}

/** The address, while this page stands open: nobody can tell it again. */
function NewAddress({ address }: { address: string }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const copy = () => navigator.clipboard.writeText(address).then(() => setCopied(true), () => setCopied(false))
  return (
    <Alert color="green" role="status">
      <Stack gap="sm">
        <Text size="sm" c="var(--mantine-color-text)">{t('calendar.once')}</Text>
        <TextInput aria-label={t('calendar.address')} value={address} readOnly onFocus={(event) => event.currentTarget.select()} />
        <Group gap="sm">
          <Button size="sm" onClick={copy}>{copied ? t('calendar.copied') : t('calendar.copy')}</Button>
          <Text size="sm"><a href={address.replace(/^https?:/, 'webcal:')} className={styles.link}>{t('calendar.open')}</a></Text>
        </Group>
      </Stack>
    </Alert>
  )
}

function OneFeed({ feed: { id, madeAt, readAt }, of, again }: { feed: Feed; of: string; again: () => void }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { fetching, denied, change } = useChange(RevokeCalendar)
  const since = t('account.since', { moment: moment(madeAt) })
  return (
    <>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm">{since}, {readAt ? t('calendar.read', { moment: moment(readAt) }) : t('calendar.unread')}</Text>
        <Button
          variant="default" size="sm" flex="none" loading={fetching} aria-label={`${t('calendar.revoke')}: ${of}, ${since}`}
          onClick={async () => { if (await change({ id })) again() }}
        >
          {t('calendar.revoke')}
        </Button>
      </Group>
      <Denial denied={denied} />
    </>
  )
}
