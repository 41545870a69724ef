import { Button, Group, Paper } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useOffice } from '../../session/office'
import { useFormats } from '../../texts/formats'
import type { Device } from './Devices.graphql'
import styles from './Devices.module.css'
import { Troubles } from './Troubles'
import { troublesOf } from './troubles'
import { useDuration } from './useDuration'

/** What the office may do with a device. */
export interface Acts {
  renew: (device: Device) => void
  rotate: (device: Device) => void
  revoke: (device: Device) => void
}

/** A device: what is wrong first, then how it is, then what can be done. */
export function OneDevice({ device, seconds, acts }: { device: Device; seconds: number; acts: Acts | null }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { school } = useOffice()
  const duration = useDuration()
  const { kind, name, revokedAt, silentSeconds, lastTapAt, queueDepth, rejected, clockOffsetMs, software, listVersion, readers, keyAskedAt, keyMadeAt } = device
  const gone = revokedAt !== null
  return (
    <Paper component="section" withBorder p="md" aria-label={name} className={styles.device}>
      <h2 className={styles.name}>{name} <span className={styles.kind}>{t(`devices.kind.${kind}`)}</span></h2>
      {gone ? <p className={styles.well}>{t('devices.revokedAt', { moment: moment(revokedAt, school.timeZone) })}</p> : <Troubles troubles={troublesOf(device, seconds)} />}
      <ul className={styles.readers}>
        {readers.map(({ name: reader, direction, place }) => (
          <li key={reader}><b>{reader}</b>: {[place ?? t(kind === 'DESK' ? 'devices.desk' : 'devices.nowhere'), direction && t(`devices.${direction}`)].filter(Boolean).join(', ')}</li>
        ))}
      </ul>
      <dl className={styles.facts}>
        {!gone && <Fact term={t('devices.seen')}>{silentSeconds === null ? '—' : t('devices.ago', { time: duration(silentSeconds + seconds) })}</Fact>}
        <Fact term={t('devices.lastTap')}>{lastTapAt ? moment(lastTapAt, school.timeZone) : '—'}</Fact>
        <Fact term={t('devices.queue')}>{queueDepth}</Fact>
        <Fact term={t('devices.rejectedCount')}>{rejected}</Fact>
        <Fact term={t('devices.clock')}>{duration(Math.abs(Math.round(clockOffsetMs / 1000)))}</Fact>
        <Fact term={t('devices.software')}>{software}</Fact>
        {kind === 'GATE' && <Fact term={t('devices.list')}>{listVersion ?? '—'}</Fact>}
        <Fact term={t('devices.key')}>{keyAskedAt ? t('devices.keyAsked') : moment(keyMadeAt, school.timeZone)}</Fact>
      </dl>
      {acts && !gone && (
        <Group gap="xs">
          <Button variant="default" onClick={() => acts.renew(device)}>{t('devices.replace')}</Button>
          <Button variant="default" onClick={() => acts.rotate(device)} disabled={keyAskedAt !== null}>{t('devices.rotate')}</Button>
          <Button variant="default" onClick={() => acts.revoke(device)}>{t('devices.revoke')}</Button>
        </Group>
      )}
    </Paper>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return <div><dt>{term}</dt><dd>{children}</dd></div>
}
