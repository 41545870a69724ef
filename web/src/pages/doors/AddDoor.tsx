import { Button, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { useChange } from '../account/change'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { AddDoor as AddDoorMutation } from './Doors.graphql'

const AGAIN = ['SOFT', 'HARD', 'OFF'] as const

/** One more door: its name, and what happens to who comes in twice. */
export function AddDoor({ school, changed }: { school: string; changed: () => void }) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(AddDoorMutation)
  const [open, setOpen] = useState(false)
  const [id, renew] = useState(newId)
  const [name, setName] = useState('')
  const [again, setAgain] = useState<(typeof AGAIN)[number]>('SOFT')
  if (!open) return <div><Button variant="default" onClick={() => setOpen(true)}>{t('doors.newDoor')}</Button></div>
  const add = async () => {
    if (!(await change({ input: { id, schoolId: school, name: name.trim(), antiPassback: again } }))) return
    renew(newId())
    setName('')
    setOpen(false)
    changed()
  }
  return (
    <form className={styles.form} onSubmit={(event) => { event.preventDefault(); if (name.trim()) void add() }}>
      <Stack gap="sm">
        <Title order={3} size="h5">{t('doors.newDoor')}</Title>
        <TextInput label={t('doors.name')} autoFocus required withAsterisk={false} maxLength={80} value={name} onChange={({ currentTarget: { value } }) => { setName(value); renew(newId()) }} />
        <NativeSelect
          label={t('doors.againLabel')} value={again} onChange={({ currentTarget }) => { setAgain(AGAIN[currentTarget.selectedIndex] ?? 'SOFT'); renew(newId()) }}
          data={AGAIN.map((one) => ({ value: one, label: t(`doors.again.${one}`) }))}
        />
        <Text size="sm" c="dimmed">{t('doors.newDoorMeans')}</Text>
        <Refused denied={denied} words={{ CONFLICT: t('doors.nameTaken') }} />
        <div className={styles.line}>
          <Button type="submit" loading={fetching} disabled={!name.trim()}>{t('doors.addDoor')}</Button>
          <Button variant="default" onClick={() => setOpen(false)}>{t('confirm.cancel')}</Button>
        </div>
      </Stack>
    </form>
  )
}
