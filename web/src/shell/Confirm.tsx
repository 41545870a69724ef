import { Button, Group, Stack, Title } from '@mantine/core'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Confirm.module.css'

interface Asked {
  title: string
  /** What is done if one says yes, as one would say it. */
  act: string
  onAct: () => void
  onCancel: () => void
  children: ReactNode
}

/** Asks before what cannot be taken back here. */
export function Confirm({ title, act, onAct, onCancel, children }: Asked) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useId()
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close() // gives the focus back to what was pressed, if that is still there
  }, [])
  return (
    <dialog ref={dialog} className={styles.asked} aria-labelledby={name} onCancel={(event) => { event.preventDefault(); onCancel() }}>
      <Stack gap="sm">
        <Title order={2} size="h4" id={name}>{title}</Title>
        {children}
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onCancel}>{t('confirm.cancel')}</Button>
          <Button color="red" onClick={onAct}>{act}</Button>
        </Group>
      </Stack>
    </dialog>
  )
}
