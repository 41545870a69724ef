import { Button, Group, Text, TextInput, Title } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import person from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import styles from './Classes.module.css'
import { GroupPupils } from './GroupPupils'
import { AddPupilGroup, type Classmate, ClassGroupsQuery, ClosePupilGroup, type OfDivision } from './Groups.graphql'

/** A course that is added or closed changes how many a group has. */
const COURSES_TOO = { additionalTypenames: ['SchoolCourse'] }

/** How a class is divided: for what, into which groups, and who is in them. */
export function Groups({ group }: { group: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: ClassGroupsQuery, variables: { group }, requestPolicy: 'cache-and-network', context: COURSES_TOO })
  const again = () => ask({ requestPolicy: 'network-only' })
  const all = data?.classPupilGroups ?? []
  const divisions = [...new Set(all.map((one) => one.group.division))]
  return (
    <Part title={t('groups.title')}>
      <Text size="sm" c="dimmed">{t('groups.means')}</Text>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {divisions.map((division) => (
        <section key={division} aria-label={division} className={styles.division}>
          <Title order={3} size="h5">{division}</Title>
          <ul className={person.lines}>
            {all.filter((one) => one.group.division === division).map((one) => (
              <OneGroup key={one.group.id} one={one} division={all.filter((other) => other.group.division === division)} classmates={data!.pupils.edges.map(({ node }) => node)} changed={again} />
            ))}
          </ul>
        </section>
      ))}
      <NewGroup group={group} divisions={divisions} added={again} />
    </Part>
  )
}

function OneGroup({ one, division, classmates, changed }: { one: OfDivision; division: OfDivision[]; classmates: Classmate[]; changed: () => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const { fetching, denied, change } = useChange(ClosePupilGroup)
  const { group: { id, name }, closed, courses, pupils } = one
  const close = async () => {
    if (await change({ input: { groupId: id, closed: !closed } })) changed()
  }
  return (
    <li className={person.line}>
      <div className={person.about}>
        <b>{name}</b>
        <span className={styles.more}>
          {[t('setup.pupilCount', { count: pupils.length }), t('setup.courseCount', { count: courses }), closed && t('groups.closed')].filter(Boolean).join(' · ')}
        </span>
      </div>
      <Group gap="xs">
        {!closed && <Button variant="default" size="sm" aria-expanded={open} aria-label={`${t('groups.edit')}: ${name}`} onClick={() => setOpen(!open)}>{t('groups.edit')}</Button>}
        <Button variant="default" size="sm" loading={fetching} aria-label={`${t(closed ? 'setup.reopen' : 'setup.close')}: ${name}`} onClick={() => void close()}>
          {t(closed ? 'setup.reopen' : 'setup.close')}
        </Button>
      </Group>
      <Refused denied={denied} words={{ CONFLICT: t('groups.hasCourses'), NOT_FOUND: t('office.goneMeanwhile') }} />
      {open && !closed && <GroupPupils one={one} division={division} classmates={classmates} saved={() => { setOpen(false); changed() }} />}
    </li>
  )
}

function NewGroup({ group, divisions, added }: { group: string; divisions: string[]; added: () => void }) {
  const { t } = useTranslation()
  const [id, renew] = useState(newId)
  const [division, setDivision] = useState('')
  const [name, setName] = useState('')
  const { fetching, denied, change } = useChange(AddPupilGroup)
  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!(await change({ input: { id, classGroupId: group, division, name } }))) return
    renew(newId())
    setName('')
    added()
  }
  return (
    <form className={person.leaving} onSubmit={(event) => void add(event)} aria-label={t('groups.new')}>
      <TextInput
        label={t('groups.division')} description={t('groups.divisionMeans')} required maxLength={40} value={division} list="divisions" autoComplete="off"
        onChange={({ currentTarget: { value } }) => { setDivision(value); renew(newId()) }}
      />
      <datalist id="divisions">{divisions.map((one) => <option key={one} value={one} />)}</datalist>
      <TextInput
        label={t('groups.name')} placeholder={t('groups.example')} required maxLength={40} value={name} autoComplete="off"
        onChange={({ currentTarget: { value } }) => { setName(value); renew(newId()) }}
      />
      <Refused denied={denied} words={{ CONFLICT: t('groups.taken'), BAD_INPUT: t('groups.badName'), TOO_MANY: t('groups.tooMany'), NOT_FOUND: t('office.goneMeanwhile') }} />
      <div><Button type="submit" variant="default" loading={fetching} disabled={!division.trim() || !name.trim()}>{t('groups.add')}</Button></div>
    </form>
  )
}
