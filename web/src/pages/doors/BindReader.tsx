import { Button, Group, NativeSelect, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../account/change'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { BindReader as BindReaderMutation, type Device, type Direction, type Door } from './Doors.graphql'

const WAYS = ['IN', 'OUT'] as const satisfies readonly Direction[]

interface Asked {
  doors: readonly Door[]
  gates: readonly Device[]
  changed: () => void
}

/** Says which door and way a gate's reader stands for; what that changes is said before it is done. */
export function BindReader({ doors, gates, changed }: Asked) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(BindReaderMutation)
  const [open, setOpen] = useState(false)
  const readers = gates.flatMap((device) => device.readers.map((reader) => ({ key: `${device.id} ${reader.name}`, device, reader })))
  const [chosen, choose] = useState('')
  const [door, setDoor] = useState('')
  const [way, setWay] = useState<Direction>('IN')
  if (!readers.length) return null
  if (!open) return <div><Button variant="default" onClick={() => setOpen(true)}>{t('doors.bind')}</Button></div>
  const one = readers.find(({ key }) => key === chosen)
  const at = doors.find(({ id }) => id === door)
  const was = doors.find(({ id }) => id === one?.reader.doorId)
  const same = was !== undefined && was.id === at?.id && one?.reader.direction === way
  const bind = async () => {
    if (!one || !at || !(await change({ input: { deviceId: one.device.id, reader: one.reader.name, doorId: at.id, direction: way } }))) return
    setOpen(false)
    choose('')
    changed()
  }
  const placed = (name: string, direction: Direction | null) => `«${name}», ${t(`doors.way.${direction ?? 'BOTH'}`)}`
  return (
    <form className={styles.form} onSubmit={(event) => { event.preventDefault(); void bind() }}>
      <Stack gap="sm">
        <Title order={3} size="h5">{t('doors.bind')}</Title>
        <NativeSelect
          label={t('doors.reader')} autoFocus value={chosen} onChange={({ currentTarget: { value } }) => choose(value)}
          data={[{ value: '', label: t('setup.choose') }, ...readers.map(({ key, device, reader }) => ({ value: key, label: t('doors.readerOf', { reader: reader.name, device: device.name }) }))]}
        />
        <Group grow align="flex-end">
          <NativeSelect label={t('devices.door')} value={door} onChange={({ currentTarget: { value } }) => setDoor(value)} data={[{ value: '', label: t('setup.choose') }, ...doors.map(({ id, name }) => ({ value: id, label: name }))]} />
          <NativeSelect label={t('doors.wayLabel')} value={way} onChange={({ currentTarget }) => setWay(WAYS[currentTarget.selectedIndex] ?? 'IN')} data={WAYS.map((value) => ({ value, label: t(`doors.way.${value}`) }))} />
        </Group>
        {one && at && (
          <Text size="sm" role="status">
            {same ? t('doors.boundSo') : was ? t('doors.bindChanges', { from: placed(was.name, one.reader.direction), to: placed(at.name, way) }) : t('doors.bindBegins', { to: placed(at.name, way) })}
          </Text>
        )}
        <Refused denied={denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
        <Group gap="xs">
          <Button type="submit" loading={fetching} disabled={!one || !at || same}>{t('doors.bindIt')}</Button>
          <Button variant="default" onClick={() => setOpen(false)}>{t('confirm.cancel')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
