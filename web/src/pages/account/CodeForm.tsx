import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Denied } from '../sign-in/signing'
import { ChangeDenial } from './ChangeDenial'

interface Asked {
  /** What the code is for, as one would say it. */
  act: string
  /** Whether a recovery code will do: there are none before there is an app. */
  recovery?: boolean
  fetching: boolean
  denied: Denied | null
  send: (code: string) => Promise<void>
  cancel: () => void
}

/** Asks for a code of the app, or one of those that stand in for it. */
export function CodeForm({ act, recovery = false, fetching, denied, send, cancel }: Asked) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(code) }}>
      <Stack gap="sm" maw={420}>
        <TextInput
          label={t('signIn.code')} description={recovery && t('signIn.codeHint')} autoComplete="one-time-code" required autoFocus value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <ChangeDenial denied={denied} />
        <Group gap="xs">
          <Button type="submit" loading={fetching}>{act}</Button>
          <Button variant="default" onClick={cancel}>{t('confirm.cancel')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
