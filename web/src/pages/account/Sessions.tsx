import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMutation, useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { nameOf } from './clients'
import { EndOtherSessions, EndSession, type Session, SessionsQuery } from './Account.graphql'

/** The signed-in clients of this account, each of which can be ended. */
export function Sessions() {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: SessionsQuery })
  const [, end] = useMutation(EndSession)
  const [, endOthers] = useMutation(EndOtherSessions)
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  return (
    <Paper p="md" withBorder component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">{t('account.sessions')}</Title>
        {data.mySessions.map((session) => <OneSession key={session.id} session={session} end={() => end({ id: session.id }).then(again)} />)}
        {data.mySessions.length > 1 && (
          <Group><Button variant="default" onClick={() => endOthers({}).then(again)}>{t('account.endOthers')}</Button></Group>
        )}
      </Stack>
    </Paper>
  )
}

function OneSession({ session: { kind, client, madeAt, seenAt, current }, end }: { session: Session; end: () => void }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const name = nameOf(client) ?? t(`session.${kind}`)
  const since = t('account.since', { moment: moment(madeAt) })
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap">
      <div>
        <Group gap="xs">
          <Text fw={550}>{name}</Text>
          {current && <Badge variant="light" tt="none">{t('account.this')}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">{since}{seenAt && `, ${t('account.seen', { moment: moment(seenAt) })}`}</Text>
      </div>
      {!current && <Button variant="default" size="sm" flex="none" aria-label={`${t('account.end')}: ${name}, ${since}`} onClick={end}>{t('account.end')}</Button>}
    </Group>
  )
}
