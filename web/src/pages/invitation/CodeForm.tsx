import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Refused } from '../person/Refused'
import type { Denied } from '../sign-in/signing'

interface Asked {
  code: string
  denied: Denied | null
  fetching: boolean
  look: (code: string) => void
}

/** The code of the slip, as the office has printed it. */
export function CodeForm({ code, denied, fetching, look }: Asked) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(code)
  return (
    <form onSubmit={(event) => { event.preventDefault(); look(typed.trim()) }}>
      <Stack>
        <Text size="sm">{t('office.codeWanted')}</Text>
        <CodeField value={typed} onChange={setTyped} />
        <Refused denied={denied} words={{ BAD_CODE: t('office.badCode') }} />
        <Button type="submit" loading={fetching}>{t('office.next')}</Button>
      </Stack>
    </form>
  )
}

export function CodeField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation()
  return (
    <TextInput
      label={t('office.code')} placeholder="XXXX-XXXX-XXXX" size="md" autoComplete="off" autoCapitalize="characters" spellCheck={false} required maxLength={40}
      value={value} onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
