import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { AddDoor } from './AddDoor'
import { BindReader } from './BindReader'
import type { Device, Known, Reader } from './Doors.graphql'

interface Shown {
  school: string
  known: Known
  acts: boolean
  changed: () => void
}

/** Each door and each till, and which readers stand at it. */
export function DoorList({ school, known: { doors, tills, devices }, acts, changed }: Shown) {
  const { t } = useTranslation()
  const standing = devices.filter(({ revokedAt }) => revokedAt === null)
  const bound = standing.flatMap((device) => device.readers.map((reader) => ({ device, reader })))
  return (
    <>
      <Part title={t('doors.doors')}>
        {doors.length === 0 && <Text c="dimmed">{t('doors.noDoors')}</Text>}
        <ul className={styles.lines}>
          {doors.map(({ id, name, antiPassback }) => (
            <li key={id} className={styles.line}>
              <div className={styles.about}>
                <b>{name}</b>
                {antiPassback && <span className={styles.more}>{t(`doors.again.${antiPassback}`)}</span>}
              </div>
              <Readers found={bound.filter(({ reader }) => reader.doorId === id)} />
            </li>
          ))}
        </ul>
        {acts && <AddDoor school={school} changed={changed} />}
        {acts && doors.length > 0 && <BindReader doors={doors} gates={standing.filter(({ kind }) => kind === 'GATE')} changed={changed} />}
      </Part>
      <Part title={t('doors.tills')}>
        {tills.length === 0 && <Text c="dimmed">{t('doors.noTills')}</Text>}
        <ul className={styles.lines}>
          {tills.map(({ id, name }) => (
            <li key={id} className={styles.line}>
              <div className={styles.about}><b>{name}</b></div>
              <Readers found={bound.filter(({ reader }) => reader.tillId === id)} />
            </li>
          ))}
        </ul>
        <Text size="sm" c="dimmed">{t('doors.tillsMean')}</Text>
      </Part>
    </>
  )
}

function Readers({ found }: { found: { device: Device; reader: Reader }[] }) {
  const { t } = useTranslation()
  if (!found.length) return <span className={styles.about}><span className={styles.more}>{t('doors.noReader')}</span></span>
  return (
    <span className={styles.about}>
      {found.map(({ device, reader }) => (
        <span key={`${device.id} ${reader.name}`} className={styles.more}>
          {[reader.direction && t(`doors.way.${reader.direction}`), t('doors.readerOf', { reader: reader.name, device: device.name })].filter(Boolean).join(': ')}
        </span>
      ))}
    </span>
  )
}
