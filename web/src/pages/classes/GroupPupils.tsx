import { Button, Group, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOffice } from '../../session/office'
import { addDays } from '../../texts/formats'
import { useChange } from '../account/change'
import person from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import styles from './Classes.module.css'
import { type Classmate, type OfDivision, RenamePupilGroup, SetGroupPupils } from './Groups.graphql'

interface Shown {
  one: OfDivision
  /** All groups of the division, this one too. */
  division: OfDivision[]
  classmates: Classmate[]
  saved: () => void
}

/** What a group is called and who is in it from a day on; of the others of the division it is told that they leave theirs. */
export function GroupPupils({ one: { group, pupils }, division, classmates, saved }: Shown) {
  const { t } = useTranslation()
  const { school } = useOffice()
  const [name, setName] = useState(group.name)
  const [chosen, choose] = useState<ReadonlySet<string>>(() => new Set(pupils.map(({ person: { id } }) => id)))
  const [from, setFrom] = useState(school.today)
  const renaming = useChange(RenamePupilGroup)
  const filling = useChange(SetGroupPupils)
  const elsewhere = new Map(division.filter((other) => other.group.id !== group.id).flatMap((other) => other.pupils.map(({ person: { id } }) => [id, other.group.name] as const)))
  const toggle = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    choose(next)
  }
  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (name.trim() !== group.name && !(await renaming.change({ input: { groupId: group.id, name } }))) return
    if (await filling.change({ input: { groupId: group.id, pupilIds: [...chosen], from } })) saved()
  }
  return (
    <form className={styles.members} onSubmit={(event) => void save(event)} aria-label={t('groups.of', { name: group.name })}>
      <TextInput label={t('groups.name')} required maxLength={40} maw={320} value={name} onChange={({ currentTarget: { value } }) => setName(value)} />
      <fieldset className={person.choices}>
        <legend>{t('groups.pupils', { count: chosen.size })}</legend>
        <div className={styles.mates}>
          {classmates.map(({ id, name: of }) => (
            <label key={id} className={person.choice}>
              <input type="checkbox" checked={chosen.has(id)} onChange={() => toggle(id)} />
              <span>{of} {elsewhere.has(id) && <span className={styles.elsewhere}>{t('groups.elsewhere', { name: elsewhere.get(id) })}</span>}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Group align="flex-end">
        <TextInput
          type="date" label={t('groups.from')} required maw={220} max={addDays(school.today, 1)} value={from} onChange={({ currentTarget: { value } }) => setFrom(value)}
        />
        <Button type="submit" loading={renaming.fetching || filling.fetching}>{t('setup.save')}</Button>
      </Group>
      <Refused denied={renaming.denied} words={{ CONFLICT: t('groups.taken'), BAD_INPUT: t('groups.badName'), NOT_FOUND: t('office.goneMeanwhile') }} />
      <Refused denied={filling.denied} words={{ CONFLICT: t('groups.later'), BAD_INPUT: t('groups.badDay'), NOT_FOUND: t('groups.goneAway') }} />
    </form>
  )
}
