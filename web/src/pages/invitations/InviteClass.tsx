import { Alert, Button, NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Confirm } from '../../shell/Confirm'
import { useChange } from '../account/change'
import { ClassesQuery } from '../people/People.graphql'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { InviteGuardians } from './Invitations.graphql'
import type { Slip } from './Slips'

/** Invites all of a class's parents who have no login yet, at once. */
export function InviteClass({ made }: { made: (slips: Slip[]) => void }) {
  const { t } = useTranslation()
  const [{ data }] = useQuery({ query: ClassesQuery })
  const { fetching, denied, change } = useChange(InviteGuardians)
  const [group, setGroup] = useState('')
  const [asked, setAsked] = useState(false)
  const [nobody, setNobody] = useState(false)
  const chosen = data?.classGroups.find(({ id }) => id === group)
  const invite = async () => {
    setAsked(false)
    const answer = await change({ group })
    if (!answer) return
    const slips = answer.invited.flatMap(({ oneTimeCode: code, invitation: { person, role, expiresAt } }) =>
      (code ? [{ code, name: person?.name ?? '—', role, expiresAt, group: chosen && t('office.pupilOf', { group: chosen.name }) }] : []))
    setNobody(slips.length === 0)
    if (slips.length) made(slips.sort((one, other) => one.name.localeCompare(other.name)))
  }
  return (
    <Part title={t('office.inviteClass')}>
      <Text size="sm" c="dimmed">{t('office.inviteClassMeans')}</Text>
      <form onSubmit={(event) => { event.preventDefault(); setAsked(true) }} className={styles.cash}>
        <NativeSelect
          label={t('office.class')} size="md" required value={group} onChange={(event) => { setGroup(event.currentTarget.value); setNobody(false) }}
          data={[{ value: '', label: t('office.chooseClass') }, ...(data?.classGroups ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
        />
        <div><Button type="submit" loading={fetching} disabled={!group}>{t('office.makeCodes')}</Button></div>
      </form>
      {nobody && <Alert role="status" color="green">{t('office.allJoined')}</Alert>}
      <Refused denied={denied} words={{ TOO_MANY: t('office.tooManyGuardians'), NOT_FOUND: t('office.goneMeanwhile'), CONFLICT: t('office.invitedMeanwhile') }} />
      {asked && (
        <Confirm title={t('office.inviteClassTitle', { group: chosen?.name ?? '' })} act={t('office.makeCodes')} onAct={() => void invite()} onCancel={() => setAsked(false)}>
          <Text size="sm">{t('office.codesReplace')}</Text>
        </Confirm>
      )}
    </Part>
  )
}
