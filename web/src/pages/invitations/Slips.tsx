import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useOffice } from '../../session/office'
import { dayOf, useFormats } from '../../texts/formats'
import type { Invitation } from './Invitations.graphql'
import styles from './Slips.module.css'

/** A code to be handed out, which is shown once. Without a role it is for a new password. */
export interface Slip {
  code: string
  name: string
  role: Invitation['role'] | null
  /** The last moment; null where it is good for three days. */
  expiresAt: string | null
  /** What the class teacher hands them out by. */
  group?: string | undefined
}

/** Slips of paper, one for each person, to be printed and cut apart. */
export function Slips({ slips, done }: { slips: readonly Slip[]; done: () => void }) {
  const { t } = useTranslation()
  return (
    <Stack gap="sm" className={styles.slips} component="section" aria-label={t('office.slips')}>
      <Alert color="yellow" className={styles.screen} role="status">
        <Text size="sm" c="var(--mantine-color-text)">{t('office.slipsOnce', { count: slips.length })}</Text>
      </Alert>
      <Group gap="xs" className={styles.screen}>
        <Button onClick={() => print()}>{t('security.print')}</Button>
        <Button variant="default" onClick={done}>{t('office.slipsDone')}</Button>
      </Group>
      {slips.map((slip) => <OneSlip key={slip.code} slip={slip} />)}
    </Stack>
  )
}

function OneSlip({ slip: { code, name, role, expiresAt, group } }: { slip: Slip }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { school } = useOffice()
  const address = `${location.host}/${role ? 'invite' : 'password'}`
  const until = expiresAt ? t('office.slipUntil', { day: day(dayOf(expiresAt, school.timeZone)) }) : t('office.slipThreeDays')
  return (
    <article className={styles.slip}>
      <div className={styles.head}>{t(role ? 'office.slipTitle' : 'office.slipPassword', { school: school.shortName })}</div>
      <div className={styles.name}>{name}</div>
      <div className={styles.as}>{[role && t(`role.${role}`), group].filter(Boolean).join(', ')}</div>
      <ol className={styles.steps}>
        <li>{t('office.slipOpen')} <b>{address}</b></li>
        <li>{t('office.slipCode')} <code className={styles.code}>{code}</code></li>
        <li>{t(role ? 'office.slipChoose' : 'office.slipNew')}</li>
      </ol>
      {role && <p className={styles.small}>{t('office.slipAlready')}</p>}
      <p className={styles.small}>{until} {t('office.slipSecret')}</p>
    </article>
  )
}
