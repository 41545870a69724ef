import { Alert, NativeSelect, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Failed, Loading } from '../../shell/states'
import { useDesks } from './useDesks'
import { Waiting } from './Waiting'

/** Gives somebody the card that is tapped at a desk's reader: which desk, then the tap, then one key. */
export function Desk({ person, issued }: { person: { id: string; name: string }; issued: () => void }) {
  const { t } = useTranslation()
  const { desks, desk, choose, error, again } = useDesks()
  if (!desks) return error ? <Failed error={error} retry={again} /> : <Loading />
  if (desks.length === 0) return <Alert color="yellow"><Text size="sm" c="var(--mantine-color-text)">{t('office.noDesk')}</Text></Alert>
  return (
    <Stack gap="sm">
      {desks.length > 1 && (
        <NativeSelect
          label={t('office.desk')} value={desk?.id ?? ''} onChange={(event) => choose(event.currentTarget.value)}
          data={[...(desk ? [] : [{ value: '', label: t('office.chooseDesk') }]), ...desks.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      )}
      {desk && <Waiting key={`${desk.id} ${person.id}`} desk={desk} person={person} issued={issued} />}
    </Stack>
  )
}
