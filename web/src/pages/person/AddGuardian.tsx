import { Button, Group, NativeSelect, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../account/change'
import { PersonLine } from '../people/PersonLine'
import type { Known as Listed } from '../people/People.graphql'
import list from '../people/People.module.css'
import { SearchField } from '../people/SearchField'
import { useArrows } from '../people/useArrows'
import { usePeople } from '../people/usePeople'
import { NewGuardian } from './NewGuardian'
import { GrantGuardianship, type Known, RELATIONS } from './Person.graphql'
import styles from './Person.module.css'
import { Refused } from './Refused'

const FEW = 5

/** Lets somebody answer for a pupil: whom the school knows, or somebody new. */
export function AddGuardian({ pupil, done, cancel }: { pupil: Known; done: () => void; cancel: () => void }) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<Listed | null>(null)
  const [unknown, setUnknown] = useState(false)
  return (
    <Stack gap="sm" className={styles.form} component="section" aria-label={t('office.addGuardian')}>
      <Title order={3} size="h5">{t('office.addGuardian')}</Title>
      {unknown && <NewGuardian pupil={pupil} done={done} back={() => setUnknown(false)} />}
      {chosen && <Chosen pupil={pupil} chosen={chosen} done={done} back={() => setChosen(null)} />}
      {!unknown && !chosen && <Search value={search} onChange={setSearch} choose={setChosen} add={() => setUnknown(true)} cancel={cancel} />}
    </Stack>
  )
}

interface Sought {
  value: string
  onChange: (value: string) => void
  choose: (person: Listed) => void
  add: () => void
  cancel: () => void
}

function Search({ value, onChange, choose, add, cancel }: Sought) {
  const { t } = useTranslation()
  const { people, stale } = usePeople({ search: value, group: '' }, { first: FEW, sought: true })
  const arrows = useArrows(stale)
  return (
    <Stack gap="sm" {...arrows}>
      <SearchField value={value} onChange={onChange} autoFocus />
      {people?.length === 0 && <Text size="sm" c="dimmed">{t('office.notFound')}</Text>}
      {people && people.length > 0 && (
        <ul className={list.people} aria-label={t('office.found')} aria-busy={stale}>
          {people.map((person) => (
            <li key={person.id}><UnstyledButton className={list.person} data-found onClick={() => choose(person)}><PersonLine person={person} /></UnstyledButton></li>
          ))}
        </ul>
      )}
      <Group gap="xs">
        <Button variant="default" onClick={add}>{t('setup.newPerson')}</Button>
        <Button variant="default" onClick={cancel}>{t('confirm.cancel')}</Button>
      </Group>
    </Stack>
  )
}

function Chosen({ pupil, chosen, done, back }: { pupil: Known; chosen: Listed; done: () => void; back: () => void }) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(GrantGuardianship)
  const [relation, setRelation] = useState<(typeof RELATIONS)[number]>('MOTHER')
  const grant = async () => {
    if (await change({ input: { guardianId: chosen.id, pupilId: pupil.id, relation } })) done()
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); void grant() }}>
      <Stack gap="sm">
        <Text fw={600}>{chosen.name}</Text>
        <NativeSelect
          label={t('office.relation')} autoFocus value={relation} onChange={(event) => setRelation(RELATIONS[event.currentTarget.selectedIndex] ?? 'OTHER')}
          data={RELATIONS.map((one) => ({ value: one, label: t(`relation.${one}`) }))}
        />
        <Text size="sm">{t('office.grantMeans', { pupil: pupil.name })}</Text>
        <Refused denied={denied} words={{ CONFLICT: t('office.otherRelation'), NOT_FOUND: t('office.goneMeanwhile') }} />
        <Group gap="xs">
          <Button type="submit" loading={fetching}>{t('office.grantIt')}</Button>
          <Button variant="default" onClick={back}>{t('signIn.back')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
