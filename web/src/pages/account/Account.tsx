import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation } from 'urql'
import { useMe, useSession } from '../../session/Session'
import { countUnsent } from '../../unsent/shelf'
import { SignOut } from './Account.graphql'
import { Calendars } from './Calendars'
import { Passkeys } from './Passkeys'
import { Password } from './Password'
import { SecondFactor } from './SecondFactor'
import { Sessions } from './Sessions'

/** Who is signed in, as what, and where else. */
export default function Account() {
  const { t } = useTranslation()
  const { restart } = useSession()
  const [passwords, setPasswords] = useState(0)
  const { accountId, login, grants } = useMe()
  const [warned, warn] = useState(0)
  const [{ fetching }, signOut] = useMutation(SignOut)
  return (
    <Stack>
      <Title order={1} size="h2">{t('account.title')}</Title>
      <Paper p="md" withBorder>
        <Stack gap="sm">
          <Text>{t('account.signedInAs', { login })}</Text>
          <div>
            <Title order={2} size="h6">{t('account.roles')}</Title>
            {grants.map(({ role, school, personId }) => (
              <Text key={`${personId}${role}`} size="sm">{t(`role.${role}`)}, {school.shortName}</Text>
            ))}
          </div>
          {warned > 0 && <Alert role="alert" color="yellow">{t('gradebook.unsent', { count: warned })}</Alert>}
          <Group>
            <Button
              loading={fetching}
              onClick={async () => {
                const unsent = countUnsent(accountId)
                if (unsent > 0 && !warned) return warn(unsent)
                if (!(await signOut({})).error) restart()
              }}
            >
              {warned > 0 ? t('gradebook.signOutAnyway') : t('account.signOut')}
            </Button>
          </Group>
        </Stack>
      </Paper>
      <Calendars key={`calendars ${passwords}`} />
      <Sessions key={passwords} />
      <Password changed={() => setPasswords(passwords + 1)} />
      <SecondFactor />
      <Passkeys key={`passkeys ${passwords}`} />
    </Stack>
  )
}
