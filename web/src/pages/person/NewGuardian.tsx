import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { useOffice } from '../../session/office'
import { useChange } from '../account/change'
import { AddGuardians, type Known, RELATIONS } from './Person.graphql'
import { Refused } from './Refused'

/** Somebody whom the school does not know yet, and who answers for a pupil from now on. */
export function NewGuardian({ pupil, done, back }: { pupil: Known; done: () => void; back: () => void }) {
  const { t } = useTranslation()
  const { school } = useOffice()
  const { fetching, denied, change } = useChange(AddGuardians)
  const [id, renew] = useState(newId)
  const [name, setName] = useState({ familyName: '', givenName: '', patronymic: '' })
  const [relation, setRelation] = useState<(typeof RELATIONS)[number]>('MOTHER')
  const [bad, setBad] = useState(false)
  const set = (part: keyof typeof name) => ({ value: name[part], maxLength: 80, onChange: ({ currentTarget }: { currentTarget: { value: string } }) => {
    setName({ ...name, [part]: currentTarget.value })
    renew(newId())
  } })
  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    setBad(false)
    const answer = await change({ input: { schoolId: school.id, items: [{ id, ...name, patronymic: name.patronymic || null, pupilId: pupil.id, relation }] } })
    if (!answer) return
    if (answer.results[0]?.__typename === 'Person') done()
    else setBad(true)
  }
  return (
    <form onSubmit={(event) => void add(event)}>
      <Stack gap="sm">
        <TextInput label={t('setup.familyName')} required autoFocus {...set('familyName')} />
        <TextInput label={t('setup.givenName')} required {...set('givenName')} />
        <TextInput label={t('setup.patronymic')} {...set('patronymic')} />
        <NativeSelect
          label={t('office.relation')} value={relation} onChange={(event) => { setRelation(RELATIONS[event.currentTarget.selectedIndex] ?? 'OTHER'); renew(newId()) }}
          data={RELATIONS.map((one) => ({ value: one, label: t(`relation.${one}`) }))}
        />
        <Refused denied={bad ? { code: 'BAD_INPUT' } : denied} words={{ BAD_INPUT: t('setup.badName'), NOT_FOUND: t('office.goneMeanwhile') }} />
        <Group gap="xs">
          <Button type="submit" loading={fetching}>{t('office.grantIt')}</Button>
          <Button variant="default" onClick={back}>{t('signIn.back')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
