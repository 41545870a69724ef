import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMutation, useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { nameOf } from './clients'
import { EndOtherSessions, EndSession, SessionsQuery } from './Account.graphql'

/** The signed-in clients of this account, each of which can be ended. */
export function Sessions() {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const [{ data, error }, ask] = useQuery({ query: SessionsQuery })
  const [, end] = useMutation(EndSession)
  const [, endOthers] = useMutation(EndOtherSessions)
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  return (
    <Paper p="md" withBorder component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">{t('account.sessions')}</Title>
        {data.mySessions.map(({ id, kind, client, madeAt, seenAt, current }) => (
          <Group key={id} justify="space-between" gap="xs">
            <div>
              <Group gap="xs">
                <Text fw={550}>{nameOf(client) ?? t(`session.${kind}`)}</Text>
                {current && <Badge variant="light">{t('account.this')}</Badge>}
              </Group>
              <Text size="sm" c="dimmed">
                {t('account.since', { moment: moment(madeAt) })}{seenAt && `, ${t('account.seen', { moment: moment(seenAt) })}`}
              </Text>
            </div>
            {!current && <Button variant="default" size="compact-md" onClick={() => end({ id }).then(again)}>{t('account.end')}</Button>}
          </Group>
        ))}
        {data.mySessions.length > 1 && (
          <Group><Button variant="default" onClick={() => endOthers({}).then(again)}>{t('account.endOthers')}</Button></Group>
        )}
      </Stack>
    </Paper>
  )
}
