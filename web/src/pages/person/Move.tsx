import { Alert, Button, NativeSelect, Text, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useOffice } from '../../session/office'
import { addDays } from '../../texts/formats'
import { useChange } from '../account/change'
import { ClassesQuery } from '../people/People.graphql'
import { Part } from './Part'
import { type Known, MovePupil } from './Person.graphql'
import styles from './Person.module.css'
import { Refused } from './Refused'

/** A pupil moves to another class from a day on: today, tomorrow, or a day before, unless the old class has written something since. */
export function Move({ person, changed }: { person: Known; changed: () => void }) {
  const { t } = useTranslation()
  const { school: { today } } = useOffice()
  const [{ data }] = useQuery({ query: ClassesQuery })
  const [group, setGroup] = useState('')
  const [on, setOn] = useState(today)
  const [moved, setMoved] = useState('')
  const { fetching, denied, change } = useChange(MovePupil)
  const move = async (event: SyntheticEvent) => {
    event.preventDefault()
    const answer = await change({ input: { pupilId: person.id, classGroupId: group, on } })
    if (!answer) return
    setMoved(answer.classGroup?.name ?? '')
    setGroup('')
    changed()
  }
  return (
    <Part title={t('setup.move')}>
      <Text size="sm" c="dimmed">{t('setup.moveMeans')}</Text>
      <form className={styles.leaving} onSubmit={(event) => void move(event)}>
        <NativeSelect
          label={t('setup.toClass')} required value={group} onChange={({ currentTarget }) => { setGroup(currentTarget.value); setMoved('') }}
          data={[{ value: '', label: t('setup.choose') }, ...(data?.classGroups ?? []).filter(({ id }) => id !== person.classGroup?.id).map(({ id, name }) => ({ value: id, label: name }))]}
        />
        <TextInput type="date" label={t('setup.firstDay')} required max={addDays(today, 1)} value={on} onChange={({ currentTarget }) => setOn(currentTarget.value)} />
        <Refused denied={denied} words={{ CONFLICT: t('setup.moveLater'), BAD_INPUT: t('setup.moveBadDay'), TOO_MANY: t('setup.classFull'), NOT_FOUND: t('office.goneMeanwhile') }} />
        <div><Button type="submit" variant="default" loading={fetching} disabled={!group}>{t('setup.moveIt')}</Button></div>
        {moved && <Alert role="status" color="green">{t('setup.moved', { name: moved })}</Alert>}
      </form>
    </Part>
  )
}
