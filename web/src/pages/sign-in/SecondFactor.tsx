import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation } from 'urql'
import { codeOf } from '../../api/client'
import { Denial } from './Denial'
import { CompleteSignIn } from './SignIn.graphql'
import type { Denied } from './signing'

export function SecondFactor({ ticket, done, back }: { ticket: string; done: () => void; back: () => void }) {
  const { t } = useTranslation()
  const [{ fetching }, send] = useMutation(CompleteSignIn)
  const [code, setCode] = useState('')
  const [denied, setDenied] = useState<Denied | null>(null)
  const complete = async () => {
    const { data, error } = await send({ input: { ticket, code, cookie: true } })
    if (error || !data) setDenied({ code: error ? codeOf(error) : 'INTERNAL' })
    else if (data.completeSignIn.__typename === 'Refusal') setDenied(data.completeSignIn)
    else done()
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); void complete() }}>
      <Stack>
        <TextInput
          label={t('signIn.code')} description={t('signIn.codeHint')} name="code" autoComplete="one-time-code" required autoFocus value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Denial denied={denied} />
        <Group grow>
          <Button variant="default" onClick={back}>{t('signIn.back')}</Button>
          <Button type="submit" loading={fetching}>{t('signIn.go')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
