import { Button, NativeSelect, Text } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import person from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import type { OfSchool } from './Classes.graphql'
import { BellChoiceQuery, SetClassBells } from './OneClass.graphql'

/** Which bells a class usually has; a school without other bells than the regular ones has nothing to choose. */
export function ClassBells({ one, school, changed }: { one: OfSchool; school: string; changed: () => void }) {
  const { t } = useTranslation()
  const [{ data }] = useQuery({ query: BellChoiceQuery, variables: { school } })
  const [chosen, choose] = useState(one.bellScheduleId ?? '')
  const { fetching, denied, change } = useChange(SetClassBells)
  const schedules = data?.bellSchedules.filter(({ closed }) => !closed) ?? []
  if (schedules.length === 0) return null
  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (await change({ group: one.classGroup.id, schedule: chosen || null })) changed()
  }
  return (
    <Part title={t('setup.bells')}>
      <Text size="sm" c="dimmed">{t('setup.bellsMean')}</Text>
      <form className={person.leaving} onSubmit={(event) => void save(event)}>
        <NativeSelect
          label={t('setup.usualBells')} value={chosen} data={[{ value: '', label: t('setup.regularBells') }, ...schedules.map(({ id, name }) => ({ value: id, label: name }))]}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        />
        <Refused denied={denied} words={{
          BAD_INPUT: t('setup.badBells'), TEACHER_TAKEN: t('setup.bellsClash'), ROOM_TAKEN: t('setup.bellsClash'), NOT_FOUND: t('office.goneMeanwhile'), CLOSED: t('office.goneMeanwhile'),
        }} />
        <div><Button type="submit" variant="default" disabled={chosen === (one.bellScheduleId ?? '')} loading={fetching}>{t('setup.giveBells')}</Button></div>
      </form>
    </Part>
  )
}
