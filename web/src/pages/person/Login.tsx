import { Button, Group, NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { useOffice } from '../../session/office'
import { Confirm } from '../../shell/Confirm'
import { useChange } from '../account/change'
import { Invite, ResetPassword } from '../invitations/Invitations.graphql'
import { type Slip, Slips } from '../invitations/Slips'
import { Part } from './Part'
import type { Known } from './Person.graphql'
import styles from './Person.module.css'
import { Refused } from './Refused'
import { rolesOf } from './roles'

/** How somebody gets in: a code to begin with, and one for a new password where a family has lost its own. */
export function Login({ person }: { person: Known }) {
  const { t } = useTranslation()
  const { isOffice } = useOffice()
  const roles = rolesOf(person)
  const [chosen, setChosen] = useState(roles[0])
  const [slip, setSlip] = useState<Slip | null>(null)
  const [asked, setAsked] = useState(false)
  const invite = useChange(Invite)
  const reset = useChange(ResetPassword)
  const role = roles.find((one) => one === chosen) ?? roles[0]
  const family = person.isGuardian || person.classGroup !== null
  if (!isOffice || (!role && !family)) return null
  const makeCode = async () => {
    const answer = role && (await invite.change({ input: { id: newId(), personId: person.id, role } }))
    if (answer?.oneTimeCode) setSlip({ code: answer.oneTimeCode, name: person.name, role: answer.invitation.role, expiresAt: answer.invitation.expiresAt })
  }
  const takeBack = async () => {
    const answer = await reset.change({ person: person.id })
    setAsked(false)
    if (answer) setSlip({ code: answer.oneTimeCode, name: person.name, role: null, expiresAt: null })
  }
  if (slip) return <Part title={t('office.login')}><Slips slips={[slip]} done={() => setSlip(null)} /></Part>
  return (
    <Part title={t('office.login')}>
      {role && (
        <form onSubmit={(event) => { event.preventDefault(); void makeCode() }} className={styles.cash}>
          {roles.length > 1 && (
            <NativeSelect
              label={t('office.inviteAs')} value={role} onChange={(event) => setChosen(roles[event.currentTarget.selectedIndex])}
              data={roles.map((one) => ({ value: one, label: t(`role.${one}`) }))}
            />
          )}
          <Text size="sm" c="dimmed">{t('office.inviteMeans')}</Text>
          <Group><Button type="submit" variant="default" loading={invite.fetching}>{t('office.invite', { role: t(`role.${role}`) })}</Button></Group>
        </form>
      )}
      {family && <Group><Button variant="default" loading={reset.fetching} onClick={() => setAsked(true)}>{t('office.reset')}</Button></Group>}
      <Refused denied={invite.denied} words={{ CONFLICT: t('office.hasLogin'), NOT_FOUND: t('office.goneMeanwhile') }} />
      <Refused denied={reset.denied} words={{ NOT_FOUND: t('office.noLogin'), NOT_ALLOWED: t('office.moreThanFamily') }} />
      {asked && (
        <Confirm title={t('office.resetTitle', { name: person.name })} act={t('office.reset')} onAct={() => void takeBack()} onCancel={() => setAsked(false)}>
          <Text size="sm">{t('office.resetMeans')}</Text>
          <Text size="sm">{t('office.resetCode')}</Text>
        </Confirm>
      )}
    </Part>
  )
}
