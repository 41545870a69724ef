import { Button, Paper, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useOffice } from '../../session/office'
import { useFormats } from '../../texts/formats'
import type { DeviceCode } from './Devices.graphql'
import styles from './Devices.module.css'

/** The codes that nobody has used yet: not the codes themselves, which are told once, but what they are for. */
export function Codes({ codes, cancel }: { codes: readonly DeviceCode[]; cancel: ((code: DeviceCode) => void) | null }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { school } = useOffice()
  if (!codes.length) return null
  return (
    <Paper component="section" withBorder p="md" aria-label={t('devices.codes')}>
      <Title order={2} size="h4">{t('devices.codes')}</Title>
      <ul className={styles.codes}>
        {codes.map((code) => (
          <li key={code.id}>
            <div>
              <Text fw={600}>{code.name} <span className={styles.kind}>{t(`devices.kind.${code.kind}`)}</span></Text>
              <Text size="sm" c="dimmed">{t('devices.validUntil', { moment: moment(code.expiresAt, school.timeZone) })}{code.renews && `, ${t('devices.renews')}`}</Text>
            </div>
            {cancel && <Button variant="default" onClick={() => cancel(code)}>{t('devices.cancelCode')}</Button>}
          </li>
        ))}
      </ul>
    </Paper>
  )
}
