import { Button, Text, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { AddReason, ChangeReason, type Reason, SchoolReasonsQuery } from './Reasons.graphql'

/** The school's own reasons of absence: one is added, or retired. */
export function Reasons({ school }: { school: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: SchoolReasonsQuery, variables: { school } })
  const again = () => ask({ requestPolicy: 'network-only' })
  const retiring = useChange(ChangeReason)
  const toggle = async ({ id, name, sign, inUse }: Reason) => {
    await retiring.change({ input: { reasonId: id, name, sign, inUse: !inUse } })
    again()
  }
  return (
    <Part title={t('absences.reasons')}>
      <Text size="sm" c="dimmed">{t('absences.reasonsMean')}</Text>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      <Refused denied={retiring.denied} words={{ CONFLICT: t('absences.taken') }} />
      <ul className={styles.lines}>
        {data?.absenceReasons.map((reason) => (
          <li key={reason.id} className={styles.line}>
            <div className={styles.about}>
              <b>{reason.sign}</b> {reason.name}
              <span className={styles.more}>{[t(reason.excused ? 'absences.excused' : 'absences.notExcused'), !reason.inUse && t('absences.retired')].filter(Boolean).join(' · ')}</span>
            </div>
            <Button variant="default" size="sm" aria-label={`${t(reason.inUse ? 'absences.retire' : 'absences.reuse')}: ${reason.name}`} onClick={() => void toggle(reason)}>{t(reason.inUse ? 'absences.retire' : 'absences.reuse')}</Button>
          </li>
        ))}
      </ul>
      <NewReason school={school} added={again} />
    </Part>
  )
}

function NewReason({ school, added }: { school: string; added: () => void }) {
  const { t } = useTranslation()
  const [id, renew] = useState(newId)
  const [name, setName] = useState('')
  const [sign, setSign] = useState('')
  const [excused, setExcused] = useState(true)
  const { fetching, denied, change } = useChange(AddReason)
  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!(await change({ input: { id, schoolId: school, name, sign, excused } }))) return
    renew(newId())
    setName('')
    setSign('')
    added()
  }
  return (
    <form className={styles.leaving} onSubmit={(event) => void add(event)}>
      <TextInput label={t('absences.name')} required maxLength={60} value={name} onChange={({ currentTarget: { value } }) => setName(value)} />
      <TextInput label={t('absences.sign')} description={t('absences.signHint')} required maxLength={3} value={sign} onChange={({ currentTarget: { value } }) => setSign(value)} />
      <label className={styles.choice}>
        <input type="checkbox" checked={excused} onChange={({ currentTarget: { checked } }) => setExcused(checked)} />
        <span>{t('absences.isExcused')}</span>
      </label>
      <Refused denied={denied} words={{ CONFLICT: t('absences.taken'), BAD_INPUT: t('absences.badSign') }} />
      <Button type="submit" variant="default" loading={fetching}>{t('absences.addReason')}</Button>
    </form>
  )
}
