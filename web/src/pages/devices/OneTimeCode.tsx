import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Devices.module.css'

/** A one-time code, which is told now and never again: to be copied, printed or typed at the device. */
export function OneTimeCode({ code, name, close }: { code: string; name: string; close: () => void }) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  const [copied, setCopied] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const copy = () => navigator.clipboard.writeText(code).then(() => setCopied(true), () => setCopied(false))
  return (
    <dialog ref={dialog} className={styles.told} aria-labelledby={title} onClose={close}>
      <Stack gap="sm">
        <Title order={2} size="h4" id={title}>{t('devices.codeOf', { name })}</Title>
        <output className={styles.code}>{code}</output>
        <Text size="sm">{t('devices.codeMeans')}</Text>
        <code className={styles.command}>school-reader enrol --code {code}</code>
        <Text size="sm">{t('devices.codeOnce')}</Text>
        <Group className={styles.acts} justify="flex-end">
          <Button variant="default" onClick={copy}>{t(copied ? 'devices.copied' : 'devices.copy')}</Button>
          <Button variant="default" onClick={() => print()}>{t('devices.print')}</Button>
          <Button onClick={() => dialog.current?.close()}>{t('devices.written')}</Button>
        </Group>
      </Stack>
    </dialog>
  )
}
