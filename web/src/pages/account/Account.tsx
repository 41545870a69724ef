import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation } from 'urql'
import { useMe, useSession } from '../../session/Session'
import { SignOut } from './Account.graphql'
import { Password } from './Password'
import { SecondFactor } from './SecondFactor'
import { Sessions } from './Sessions'

/** Who is signed in, as what, and where else. */
export default function Account() {
  const { t } = useTranslation()
  const { restart } = useSession()
  const { login, grants } = useMe()
  const [passwords, setPasswords] = useState(0)
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
          <Group>
            <Button loading={fetching} onClick={async () => { if (!(await signOut({})).error) restart() }}>{t('account.signOut')}</Button>
          </Group>
        </Stack>
      </Paper>
      <Sessions key={passwords} />
      <Password changed={() => setPasswords(passwords + 1)} />
      <SecondFactor />
    </Stack>
  )
}
