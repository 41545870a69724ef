import { Alert, Button, Group, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../session/Session'
import { useChange } from './change'
import { ChangeDenial } from './ChangeDenial'
import { ChangePassword } from './Security.graphql'

const SHORTEST = 8

/** Another password for this account, which ends all its other sessions. */
export function Password({ changed }: { changed: () => void }) {
  const { t } = useTranslation()
  const { login } = useMe()
  const { fetching, denied, change } = useChange(ChangePassword)
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const [done, setDone] = useState(false)
  const save = async () => {
    setDone(false)
    if (!(await change({ input: { old, new: fresh } }))) return
    setOld('')
    setFresh('')
    setDone(true)
    changed()
  }
  return (
    <Paper p="md" withBorder component="section">
      <form onSubmit={(event) => { event.preventDefault(); void save() }}>
        <Stack gap="sm" maw={420}>
          <Title order={2} size="h4">{t('security.password')}</Title>
          <Text size="sm" c="dimmed">{t('security.passwordMeans')}</Text>
          <input type="text" name="username" autoComplete="username" value={login} readOnly hidden />
          <PasswordInput label={t('security.old')} autoComplete="current-password" value={old} onChange={(event) => setOld(event.currentTarget.value)} />
          <PasswordInput
            label={t('security.new')} description={t('security.newHint', { count: SHORTEST })} autoComplete="new-password" required minLength={SHORTEST}
            value={fresh} onChange={(event) => setFresh(event.currentTarget.value)}
          />
          <ChangeDenial denied={denied} />
          {done && <Alert role="status" color="green">{t('security.changed')}</Alert>}
          <Group><Button type="submit" loading={fetching}>{t('security.change')}</Button></Group>
        </Stack>
      </form>
    </Paper>
  )
}
