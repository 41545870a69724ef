import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useMe } from '../../session/Session'
import { Confirm } from '../../shell/Confirm'
import { Empty, Failed, Loading } from '../../shell/states'
import { Denial } from '../sign-in/Denial'
import { Codes } from './Codes'
import { type Device, DevicesQuery } from './Devices.graphql'
import styles from './Devices.module.css'
import { NewDevice } from './NewDevice'
import { OneDevice } from './OneDevice'
import { OneTimeCode } from './OneTimeCode'
import { arrangedDevices } from './troubles'
import { useElapsed } from './useElapsed'
import { useDeviceActs } from './useDeviceActs'

/** The daemons at gates, in canteens and offices: what is wrong with them first. The head looks, the office acts. */
export default function Devices() {
  const { t } = useTranslation()
  const office = useMe().grants.find(({ role }) => role === 'OFFICE')?.school
  const [{ data, error }, ask] = useQuery({ query: DevicesQuery })
  const again = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask])
  const seconds = useElapsed(data, again)
  const [adding, setAdding] = useState(false)
  const [doubted, setDoubted] = useState<Device | null>(null)
  const { told, denied, busy, forget, make, renew, cancel, rotate, revoke } = useDeviceActs(office?.id, again)
  const acts = office ? { renew, rotate, revoke: setDoubted } : null
  const { troubled, well, gone } = arrangedDevices(data?.devices ?? [])
  const shown = (devices: Device[]) => devices.map((device) => <OneDevice key={device.id} device={device} seconds={seconds} acts={acts} />)
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={1} size="h2">{t('devices.title')}</Title>
          {troubled.length + well.length > 0 && <Text fw={600}>{troubled.length ? t('devices.troubled', { count: troubled.length }) : t('devices.allWell')}</Text>}
        </div>
        {office && !adding && <Button onClick={() => setAdding(true)}>{t('devices.new')}</Button>}
      </Group>
      <Denial denied={denied} />
      {adding && <NewDevice busy={busy} close={() => setAdding(false)} order={(wanted) => void make(wanted).then((done) => done && setAdding(false))} />}
      {error && !data && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data && <Codes codes={data.deviceCodes} cancel={office ? cancel : null} />}
      {data && !data.devices.length && <Empty>{t('devices.none')}</Empty>}
      <div className={styles.devices}>{shown([...troubled, ...well])}</div>
      {gone.length > 0 && (
        <details className={styles.gone}>
          <summary>{t('devices.gone', { number: gone.length })}</summary>
          <div className={styles.devices}>{shown(gone)}</div>
        </details>
      )}
      {told && <OneTimeCode code={told.code} name={told.name} close={forget} />}
      {doubted && (
        <Confirm title={t('devices.revokeTitle', { name: doubted.name })} act={t('devices.revoke')} onCancel={() => setDoubted(null)} onAct={() => { setDoubted(null); revoke(doubted) }}>
          <Text size="sm">{t('devices.revokeMeans')}</Text>
          {doubted.queueDepth > 0 && <Text size="sm" fw={600}>{t('devices.waiting', { count: doubted.queueDepth })}</Text>}
        </Confirm>
      )}
    </Stack>
  )
}
