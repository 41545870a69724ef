import { Button, Group, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../pages/account/change'
import { Refused } from '../pages/person/Refused'
import { FilePicker } from './FilePicker'
import { AttachFiles } from './Files.graphql'
import { MOST_FILES } from './size'
import { usePicked } from './usePicked'

interface Adding {
  label: string
  act: string
  /** What they are to hang on, where `there` hang already. */
  to: string
  school: string
  there: number
  added: () => void
  words?: Partial<Record<string, string>>
}

/** Files are added to what stands already, once the button is pressed. */
export function AddFiles(adding: Adding) {
  const [opened, open] = useState(false)
  if (adding.there >= MOST_FILES) return null
  if (!opened) return <Button variant="subtle" size="sm" px="xs" ml={-10} mih={44} onClick={() => open(true)}>{adding.label}</Button>
  return <Form {...adding} close={() => open(false)} />
}

function Form({ act, to, school, there, added, words = {}, close }: Adding & { close: () => void }) {
  const { t } = useTranslation()
  const picked = usePicked(school, there)
  const { denied, change, fetching } = useChange(AttachFiles)
  const save = async () => {
    if (!(await change({ input: { toId: to, fileIds: picked.ids } }))) return
    close()
    added()
  }
  return (
    <Stack gap="xs" mt={4}>
      <FilePicker picked={picked} />
      <Refused denied={denied} words={words} />
      <Group gap="xs">
        <Button size="sm" mih={44} loading={fetching} disabled={picked.ids.length === 0 || picked.busy || picked.failed} onClick={() => void save()}>{act}</Button>
        <Button size="sm" mih={44} variant="default" onClick={close}>{t('confirm.cancel')}</Button>
      </Group>
    </Stack>
  )
}
