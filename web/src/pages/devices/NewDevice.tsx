import { Button, Group, NativeSelect, Paper, Stack, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { PlacesQuery } from './Devices.graphql'

export type Kind = 'GATE' | 'CANTEEN' | 'DESK'
const KINDS: readonly Kind[] = ['GATE', 'CANTEEN', 'DESK']

export interface Wanted {
  kind: Kind
  name: string
  bindings: { reader: string; doorId?: string; direction?: 'IN' | 'OUT'; tillId?: string }[]
}

/** What a device will be, where it will stand, and what its readers are called by its own settings. */
export function NewDevice({ order, close, busy }: { order: (wanted: Wanted) => void; close: () => void; busy: boolean }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: PlacesQuery })
  const [kind, setKind] = useState<Kind>('GATE')
  const [name, setName] = useState('')
  const [place, setPlace] = useState('')
  const [readers, setReaders] = useState({ in: 'in', out: 'out', till: 'till', desk: 'desk' })
  if (!data) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />
  const places = kind === 'GATE' ? data.doors.filter(({ antiPassback }) => antiPassback !== null) : kind === 'CANTEEN' ? data.tills : []
  const at = places.some(({ id }) => id === place) ? place : (places[0]?.id ?? '')
  const asked = kind === 'GATE' ? (['in', 'out'] as const) : kind === 'CANTEEN' ? (['till'] as const) : (['desk'] as const)
  const bindings = (): Wanted['bindings'] => {
    if (kind === 'DESK') return [{ reader: readers.desk.trim() }]
    if (kind === 'CANTEEN') return [{ reader: readers.till.trim(), tillId: at }]
    return [{ reader: readers.in.trim(), doorId: at, direction: 'IN' as const }, { reader: readers.out.trim(), doorId: at, direction: 'OUT' as const }].filter(({ reader }) => reader)
  }
  const ready = name.trim() !== '' && (kind === 'DESK' || at !== '') && bindings().every(({ reader }) => reader) && bindings().length > 0
  return (
    <Paper component="section" withBorder p="md" aria-label={t('devices.new')}>
      <form onSubmit={(event) => { event.preventDefault(); if (ready) order({ kind, name: name.trim(), bindings: bindings() }) }}>
        <Stack gap="sm">
          <Title order={2} size="h4">{t('devices.new')}</Title>
          <NativeSelect label={t('devices.what')} autoFocus value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind)} data={KINDS.map((one) => ({ value: one, label: t(`devices.kind.${one}`) }))} />
          <TextInput label={t('devices.called')} description={t('devices.calledHint')} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={80} required withAsterisk={false} />
          {kind !== 'DESK' && <NativeSelect label={t(kind === 'GATE' ? 'devices.door' : 'devices.till')} value={at} onChange={(event) => setPlace(event.currentTarget.value)} data={places.map(({ id, name: label }) => ({ value: id, label }))} />}
          <Group grow align="flex-end">
            {asked.map((one) => (
              <TextInput key={one} label={t(`devices.reader.${one}`)} value={readers[one]} onChange={(event) => setReaders({ ...readers, [one]: event.currentTarget.value })} maxLength={80} />
            ))}
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t('confirm.cancel')}</Button>
            <Button type="submit" disabled={!ready} loading={busy}>{t('devices.makeCode')}</Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  )
}
