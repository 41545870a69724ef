import { Button, Group, TextInput } from '@mantine/core'
import { type ReactNode, type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import styles from '../person/Person.module.css'

export interface NamedDays {
  name: string
  startsOn: string
  endsOn: string
}

interface Asked {
  act: string
  fetching: boolean
  was?: NamedDays
  /** Whether it was done: then the form begins anew. */
  save: (days: NamedDays) => Promise<boolean>
  children?: ReactNode
}

/** A name with its first and last day. */
export function DaysForm({ act, fetching, was = { name: '', startsOn: '', endsOn: '' }, save, children }: Asked) {
  const { t } = useTranslation()
  const [days, set] = useState(was)
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (await save(days)) set(was)
  }
  return (
    <form className={styles.leaving} onSubmit={(event) => void submit(event)}>
      <TextInput label={t('year.name')} required maxLength={60} value={days.name} onChange={({ currentTarget: { value } }) => set({ ...days, name: value })} />
      <Group grow>
        <TextInput type="date" label={t('year.startsOn')} required value={days.startsOn} onChange={({ currentTarget: { value } }) => set({ ...days, startsOn: value })} />
        <TextInput type="date" label={t('year.endsOn')} required min={days.startsOn} value={days.endsOn} onChange={({ currentTarget: { value } }) => set({ ...days, endsOn: value })} />
      </Group>
      {children}
      <Button type="submit" variant="default" loading={fetching}>{act}</Button>
    </form>
  )
}
