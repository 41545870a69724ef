import { Button, Stack, Text, TextInput, Title } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { newId } from '../../api/newId'
import { useOffice } from '../../session/office'
import { Empty, Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import person from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { AddClassGroup, AddStaff, type OfStaff, SchoolClassesQuery } from './Classes.graphql'
import styles from './Classes.module.css'
import { NewPeople } from './NewPeople'
import { StaffChoice } from './StaffChoice'
import { Subjects } from './Subjects'
import { useStaff } from './useStaff'

/** What a school is made of: its classes, its subjects, its staff. */
export default function Classes() {
  const { t } = useTranslation()
  const { school } = useOffice()
  const [{ data, error }, ask] = useQuery({ query: SchoolClassesQuery, variables: { school: school.id }, requestPolicy: 'cache-and-network' })
  const { staff, again } = useStaff()
  const refresh = () => ask({ requestPolicy: 'network-only' })
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{t('setup.title')}</Title>
        <Text c="dimmed">{school.shortName}</Text>
      </div>
      {error && <Failed error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data?.schoolClasses.length === 0 && <Empty>{t('setup.noClasses')}</Empty>}
      {data && data.schoolClasses.length > 0 && (
        <ul className={styles.classes} aria-label={t('setup.classes')}>
          {data.schoolClasses.map(({ classGroup, teacher, pupils, courses }) => (
            <li key={classGroup.id} className={styles.class}>
              <Link href={`/classes/${classGroup.id}`} className={styles.link}>{classGroup.name}</Link>
              <span className={styles.more}>{teacher?.name ?? t('setup.noLeader')}</span>
              <span className={styles.more}>{t('setup.pupilCount', { count: pupils })} · {t('setup.courseCount', { count: courses })}</span>
            </li>
          ))}
        </ul>
      )}
      <div className={person.parts}>
        <div className={person.column}>
          <NewClass school={school.id} staff={staff} added={refresh} />
          <NewStaff school={school.id} added={again} />
        </div>
        <div className={person.column}><Subjects school={school.id} /></div>
      </div>
    </Stack>
  )
}

function NewClass({ school, staff, added }: { school: string; staff: OfStaff[] | null; added: () => void }) {
  const { t } = useTranslation()
  const [id, renew] = useState(newId)
  const [grade, setGrade] = useState('')
  const [letter, setLetter] = useState('')
  const [teacher, setTeacher] = useState('')
  const { fetching, denied, change } = useChange(AddClassGroup)
  const changed = <Value,>(set: (value: Value) => void) => (value: Value) => { set(value); renew(newId()) }
  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!(await change({ input: { id, schoolId: school, grade: Number(grade), letter, teacherId: teacher || null } }))) return
    renew(newId())
    setLetter('')
    setTeacher('')
    added()
  }
  return (
    <Part title={t('setup.newClass')}>
      <form className={person.leaving} onSubmit={(event) => void add(event)}>
        <TextInput type="number" label={t('setup.grade')} required min={1} max={12} value={grade} onChange={({ currentTarget }) => changed(setGrade)(currentTarget.value)} />
        <TextInput label={t('setup.letter')} required maxLength={4} value={letter} onChange={({ currentTarget }) => changed(setLetter)(currentTarget.value)} />
        <StaffChoice label={t('setup.leader')} value={teacher} onChange={changed(setTeacher)} staff={staff} nobody={t('setup.noLeader')} />
        <Refused denied={denied} words={{ CONFLICT: t('setup.classTaken'), BAD_INPUT: t('setup.badClass'), NOT_FOUND: t('office.goneMeanwhile') }} />
        <div><Button type="submit" variant="default" loading={fetching}>{t('setup.addClass')}</Button></div>
      </form>
    </Part>
  )
}

function NewStaff({ school, added }: { school: string; added: () => void }) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(AddStaff)
  return (
    <NewPeople
      title={t('setup.newStaff')} means={t('setup.newStaffMeans')} label={t('setup.staffNames')} act={t('setup.addPeople')} good={({ rest }) => rest.length > 0}
      fetching={fetching} added={added} refused={<Refused denied={denied} words={{}} />}
      send={async (lines) => {
        const items = lines.map(({ id, familyName, givenName, patronymic, rest }) => ({ id, familyName, givenName, patronymic, position: rest }))
        return (await change({ input: { schoolId: school, items } }))?.results ?? null
      }}
    />
  )
}
