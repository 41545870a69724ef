import { Alert, Button, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../session/Session'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { Outside } from '../sign-in/Outside'
import { CodeField } from './CodeForm'
import { SetPassword } from './Invitation.graphql'

const [SHORTEST, LONGEST] = [8, 200]

/** A new password by the code that the office has printed for a family that lost its own. */
export default function NewPassword() {
  const { t } = useTranslation()
  const { restart } = useSession()
  const { fetching, denied, change } = useChange(SetPassword)
  const [code, setCode] = useState(() => decodeURIComponent(location.hash.slice(1)))
  const [password, setPassword] = useState('')
  const [done, setDone] = useState(false)
  const save = async () => {
    if (await change({ input: { code: code.trim(), password } })) setDone(true)
  }
  const signIn = () => {
    history.replaceState(null, '', '/')
    restart()
  }
  return (
    <Outside>
      <Paper p="lg" withBorder>
        <Stack>
          <Title order={1} size="h3">{t('security.new')}</Title>
          {done ? (
            <>
              <Alert role="status" color="green">{t('office.passwordSet')}</Alert>
              <Button onClick={signIn}>{t('signIn.go')}</Button>
            </>
          ) : (
            <form onSubmit={(event) => { event.preventDefault(); void save() }}>
              <Stack>
                <Text size="sm">{t('office.passwordMeans')}</Text>
                <CodeField value={code} onChange={setCode} />
                <PasswordInput
                  label={t('security.new')} description={t('security.newHint', { count: SHORTEST })} name="password" autoComplete="new-password" required
                  minLength={SHORTEST} maxLength={LONGEST} value={password} onChange={(event) => setPassword(event.currentTarget.value)}
                />
                <Refused denied={denied} words={{ BAD_CODE: t('office.badPasswordCode'), WEAK_PASSWORD: t('security.WEAK_PASSWORD'), BAD_INPUT: t('security.BAD_INPUT') }} />
                <Button type="submit" loading={fetching}>{t('office.setPassword')}</Button>
              </Stack>
            </form>
          )}
        </Stack>
      </Paper>
    </Outside>
  )
}
