import { Alert, Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Confirm } from '../../shell/Confirm'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { hasPasskeys, makePasskey } from '../sign-in/passkey'
import type { Denied } from '../sign-in/signing'
import styles from '../person/Person.module.css'
import { ChangeDenial } from './ChangeDenial'
import { useChange } from './change'
import { AddPasskey, type Passkey, PasskeysQuery, RemovePasskey, StartPasskey } from './Security.graphql'

/** What signs in without a password: phones and keys that check by themselves who holds them. */
export function Passkeys() {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const [{ data, error }, ask] = useQuery({ query: PasskeysQuery })
  const removing = useChange(RemovePasskey)
  const [adding, setAdding] = useState(false)
  const [doubted, setDoubted] = useState<Passkey | null>(null)
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const { passkeys } = data.mySecurity
  if (!passkeys.length && !hasPasskeys()) return null
  const remove = async ({ id }: Passkey) => {
    setDoubted(null)
    if (await removing.change({ id })) again()
  }
  return (
    <Paper p="md" withBorder component="section" aria-label={t('passkeys.title')}>
      <Stack gap="sm" maw={560}>
        <Title order={2} size="h4">{t('passkeys.title')}</Title>
        <Text size="sm">{t('passkeys.means')}</Text>
        {passkeys.length > 0 && (
          <ul className={styles.lines}>
            {passkeys.map((one) => (
              <li key={one.id} className={styles.line}>
                <div className={styles.about}>
                  <b>{one.name}</b>
                  <Text size="sm" c="dimmed">{[t('passkeys.made', { moment: moment(one.madeAt) }), one.usedAt && t('passkeys.used', { moment: moment(one.usedAt) })].filter(Boolean).join(' · ')}</Text>
                </div>
                <Button variant="default" size="sm" aria-label={`${t('passkeys.remove')}: ${one.name}`} onClick={() => setDoubted(one)}>{t('passkeys.remove')}</Button>
              </li>
            ))}
          </ul>
        )}
        <ChangeDenial denied={removing.denied} />
        {adding && <NewPasskey done={() => { setAdding(false); again() }} cancel={() => setAdding(false)} />}
        {!adding && hasPasskeys() && <div><Button variant="default" onClick={() => setAdding(true)}>{t('passkeys.add')}</Button></div>}
      </Stack>
      {doubted && (
        <Confirm title={t('passkeys.removeTitle', { name: doubted.name })} act={t('passkeys.remove')} onCancel={() => setDoubted(null)} onAct={() => void remove(doubted)}>
          <Text size="sm">{t('passkeys.removeMeans')}</Text>
        </Confirm>
      )}
    </Paper>
  )
}

function NewPasskey({ done, cancel }: { done: () => void; cancel: () => void }) {
  const { t } = useTranslation()
  const starting = useChange(StartPasskey)
  const adding = useChange(AddPasskey)
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [denied, setDenied] = useState<Denied | null>(null)
  const add = async () => {
    const asked = await starting.change({})
    if (!asked) return
    const credential = await makePasskey(asked.options)
    if (typeof credential !== 'string') return setDenied(credential)
    if (await adding.change({ input: { name: name.trim(), credential } })) done()
  }
  const submit = async () => {
    setBusy(true)
    setDenied(null)
    await add()
    setBusy(false)
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (name.trim()) void submit() }}>
      <Stack gap="sm" maw={420}>
        <TextInput label={t('passkeys.name')} description={t('passkeys.nameHint')} required autoFocus maxLength={80} value={name} onChange={({ currentTarget: { value } }) => setName(value)} />
        {denied && <Alert role="alert" color="red">{t(denied.code === 'KNOWN_PASSKEY' ? 'passkeys.KNOWN_PASSKEY' : 'passkeys.notMade')}</Alert>}
        <ChangeDenial denied={starting.denied ?? adding.denied} />
        <Group gap="xs">
          <Button type="submit" loading={busy} disabled={!name.trim()}>{t('passkeys.make')}</Button>
          <Button variant="default" onClick={cancel}>{t('confirm.cancel')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
