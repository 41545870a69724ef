import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Denial } from './Denial'
import { type Denied, type Steps, usePassword } from './signing'

/** A provider's no comes with the address: `/?refused=CODE`. */
const refusedByAddress = (): Denied | null => {
  const code = new URLSearchParams(location.search).get('refused')
  return code === null ? null : { code }
}

export function Password(steps: Steps) {
  const { t } = useTranslation()
  const { fetching, denied, signIn } = usePassword(steps)
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  return (
    <form onSubmit={(event) => { event.preventDefault(); void signIn(login, password) }}>
      <Stack>
        <TextInput label={t('signIn.login')} name="login" autoComplete="username" autoCapitalize="none" required value={login} onChange={(event) => setLogin(event.currentTarget.value)} />
        <PasswordInput label={t('signIn.password')} name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <Denial denied={denied ?? refusedByAddress()} />
        <Button type="submit" loading={fetching}>{t('signIn.go')}</Button>
      </Stack>
    </form>
  )
}
