import { Button, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { useOffice } from '../../session/office'
import { Confirm } from '../../shell/Confirm'
import { Empty, Failed, Loading } from '../../shell/states'
import { dayOf, useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { CancelInvitation, type Invitation, InvitationsQuery } from './Invitations.graphql'
import { InviteClass } from './InviteClass'
import { type Slip, Slips } from './Slips'

/** Codes that are printed and not used yet, and new ones for the families of a class. */
export default function Invitations() {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: InvitationsQuery, requestPolicy: 'network-only' })
  const [slips, setSlips] = useState<Slip[] | null>(null)
  const [doubted, setDoubted] = useState<Invitation | null>(null)
  const { denied, change } = useChange(CancelInvitation)
  const again = () => ask({ requestPolicy: 'network-only' })
  const cancel = async ({ id }: Invitation) => {
    setDoubted(null)
    await change({ id })
    again()
  }
  const made = (fresh: Slip[]) => {
    setSlips(fresh)
    again()
  }
  return (
    <Stack>
      <Title order={1} size="h2">{t('office.invitations')}</Title>
      {slips ? <Slips slips={slips} done={() => setSlips(null)} /> : <InviteClass made={made} />}
      <Part title={t('office.open')}>
        <Text size="sm" c="dimmed">{t('office.openMeans')} <Link href="/people" className={styles.link}>{t('office.toPeople')}</Link></Text>
        {!data && (error ? <Failed error={error} retry={again} /> : <Loading />)}
        <Refused denied={denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
        {data?.invitations.length === 0 && <Empty>{t('office.noneOpen')}</Empty>}
        <ul className={styles.lines}>
          {data?.invitations.map((one) => <OneInvitation key={one.id} invitation={one} cancel={() => setDoubted(one)} />)}
        </ul>
      </Part>
      {doubted && (
        <Confirm title={t('office.cancelTitle', { name: doubted.person?.name ?? '—' })} act={t('office.cancelIt')} onAct={() => void cancel(doubted)} onCancel={() => setDoubted(null)}>
          <Text size="sm">{t('office.cancelMeans')}</Text>
        </Confirm>
      )}
    </Stack>
  )
}

function OneInvitation({ invitation: { person, role, expiresAt }, cancel }: { invitation: Invitation; cancel: () => void }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { timeZone } = useOffice().school
  return (
    <li className={styles.line}>
      <div className={styles.about}>
        {person && <Link href={`/people/${person.id}`} className={styles.name}>{person.name}</Link>}
        <span className={styles.more}>{t(`role.${role}`)} · {t('office.until', { day: day(dayOf(expiresAt, timeZone)) })}</span>
      </div>
      <Button variant="default" size="sm" onClick={cancel}>{t('office.cancel')}</Button>
    </li>
  )
}
