import { Button, Loader, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Account.module.css'
import { useChange } from './change'
import { ChangeDenial } from './ChangeDenial'
import { CodeForm } from './CodeForm'
import { ConfirmTotp, StartTotp } from './Security.graphql'

/** Gives the app its secret, and sees that it shows right codes. */
export function NewApp({ added, cancel }: { added: (codes: readonly string[]) => void; cancel: () => void }) {
  const { t } = useTranslation()
  const { denied, change: start } = useChange(StartTotp)
  const confirming = useChange(ConfirmTotp)
  const [app, setApp] = useState<{ secret: string; uri: string } | null>(null)
  useEffect(() => {
    void start({}).then(setApp)
  }, [])
  if (denied) {
    return (
      <Stack gap="sm" align="flex-start">
        <ChangeDenial denied={denied} />
        <Button variant="default" onClick={cancel}>{t('confirm.cancel')}</Button>
      </Stack>
    )
  }
  if (!app) return <Loader size="sm" />
  return (
    <Stack gap="sm">
      <Text size="sm">{t('security.secret')}</Text>
      <code className={styles.secret}>{app.secret.match(/.{1,4}/g)?.join(' ')}</code>
      <Text size="sm"><a href={app.uri} className={styles.link}>{t('security.openApp')}</a></Text>
      <CodeForm {...confirming} act={t('security.confirm')} cancel={cancel} send={async (code) => {
        const made = await confirming.change({ code })
        if (made) added(made.codes)
      }} />
    </Stack>
  )
}
