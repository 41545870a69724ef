import { Button, Text, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { useOffice } from '../../session/office'
import { useChange } from '../account/change'
import { Part } from './Part'
import { CorrectName, type Known } from './Person.graphql'
import styles from './Person.module.css'
import { Refused } from './Refused'

/** Somebody has another name, or it was misspelt: the office corrects it, and says why. */
export function Rename({ person, changed }: { person: Known; changed: () => void }) {
  const { t } = useTranslation()
  const { isOffice } = useOffice()
  const [id, renew] = useState(newId)
  const [name, setName] = useState({ familyName: person.familyName, givenName: person.givenName, patronymic: person.patronymic ?? '' })
  const [reason, setReason] = useState('')
  const { fetching, denied, change } = useChange(CorrectName)
  if (!isOffice) return null
  const same = name.familyName === person.familyName && name.givenName === person.givenName && name.patronymic === (person.patronymic ?? '')
  const correct = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!(await change({ input: { id, personId: person.id, ...name, patronymic: name.patronymic || null, reason: reason || null } }))) return
    renew(newId())
    setReason('')
    changed()
  }
  const part = (key: keyof typeof name, required: boolean) => (
    <TextInput
      label={t(`setup.${key}`)} required={required} maxLength={80} value={name[key]}
      onChange={({ currentTarget: { value } }) => { setName({ ...name, [key]: value }); renew(newId()) }}
    />
  )
  return (
    <Part title={t('person.rename')}>
      <Text size="sm" c="dimmed">{t('person.renameMeans')}</Text>
      <form className={styles.leaving} onSubmit={(event) => void correct(event)}>
        {part('familyName', true)}
        {part('givenName', true)}
        {part('patronymic', false)}
        <TextInput label={t('person.renameReason')} maxLength={200} value={reason} onChange={({ currentTarget: { value } }) => setReason(value)} />
        <Refused denied={denied} words={{ BAD_INPUT: t('person.badName'), NOT_FOUND: t('office.goneMeanwhile') }} />
        <div><Button type="submit" variant="default" loading={fetching} disabled={same}>{t('person.renameIt')}</Button></div>
      </form>
    </Part>
  )
}
