import { Alert, Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation } from 'urql'
import { codeOf } from '../../api/client'
import { Denial } from './Denial'
import { hasPasskeys, showPasskey } from './passkey'
import { SignInWithPasskey, StartPasskeySignIn } from './SignIn.graphql'
import type { Denied } from './signing'

/** The way in without a password: this device's, or a key's, own check of who holds it. */
export function WithPasskey({ done }: { done: () => void }) {
  const { t } = useTranslation()
  const [, start] = useMutation(StartPasskeySignIn)
  const [, send] = useMutation(SignInWithPasskey)
  const [busy, setBusy] = useState(false)
  const [denied, setDenied] = useState<Denied | null>(null)
  if (!hasPasskeys()) return null
  const signIn = async (): Promise<Denied | null> => {
    const begun = await start({})
    if (begun.error || !begun.data) return { code: begun.error ? codeOf(begun.error) : 'INTERNAL' }
    const { startPasskeySignIn: asked } = begun.data
    if (asked.__typename === 'Refusal') return asked
    const credential = await showPasskey(asked.options)
    if (typeof credential !== 'string') return credential
    const { data, error } = await send({ input: { credential, cookie: true } })
    if (error || !data) return { code: error ? codeOf(error) : 'INTERNAL' }
    return data.signInWithPasskey.__typename === 'Refusal' ? data.signInWithPasskey : null
  }
  const press = async () => {
    setBusy(true)
    setDenied(null)
    const why = await signIn()
    setBusy(false)
    if (why) setDenied(why)
    else done()
  }
  return (
    <>
      {denied?.code !== 'NOT_OFFERED' && <Button variant="default" loading={busy} onClick={() => void press()}>{t('passkeys.signIn')}</Button>}
      {denied?.code === 'NO_PASSKEY' || denied?.code === 'BAD_CREDENTIALS' ? <Alert role="alert" color="red">{t(`passkeys.${denied.code}`)}</Alert> : <Denial denied={denied} />}
    </>
  )
}
