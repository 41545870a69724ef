import { Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { useOffice } from '../../session/office'
import { Icon } from '../../shell/icons'
import { Failed, Loading, NoPage } from '../../shell/states'
import { addDays } from '../../texts/formats'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import person from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { ChangeClassTeacher, EnrolPupils, type OfSchool, type OfStaff, SchoolClassesQuery } from './Classes.graphql'
import { ClassBells } from './ClassBells'
import { Courses } from './Courses'
import { Groups } from './Groups'
import { NewPeople } from './NewPeople'
import { Successor } from './StaffChoice'
import { useStaff } from './useStaff'

const A_YEAR = 365

/** One class: who leads it, what is taught in it, who comes into it. */
export default function OneClass() {
  const { t } = useTranslation()
  const { group } = useParams<{ group: string }>()
  const { school } = useOffice()
  const [{ data, error }, ask] = useQuery({ query: SchoolClassesQuery, variables: { school: school.id }, requestPolicy: 'cache-and-network' })
  const { staff } = useStaff()
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const one = data.schoolClasses.find(({ classGroup }) => classGroup.id === group)
  if (!one) return <NoPage />
  return (
    <Stack>
      <Link href="/classes" className={person.back}><Icon name="before" size={16} />{t('setup.title')}</Link>
      <div>
        <Title order={1} size="h2">{t('setup.class', { name: one.classGroup.name })}</Title>
        <Text c="dimmed">
          <Link href={`/people?class=${group}`} className={person.link}>{t('setup.pupilCount', { count: one.pupils })}</Link>
        </Text>
      </div>
      <div className={person.parts}>
        <div className={person.column}><Courses group={group} school={school.id} staff={staff} changed={again} /></div>
        <div className={person.column}>
          <Groups group={group} />
          <Leader one={one} staff={staff} changed={again} />
          <ClassBells key={one.bellScheduleId} one={one} school={school.id} changed={again} />
          <NewPupils group={group} added={again} />
        </div>
      </div>
    </Stack>
  )
}

function Leader({ one, staff, changed }: { one: OfSchool; staff: OfStaff[] | null; changed: () => void }) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(ChangeClassTeacher)
  const lead = async (teacherId: string) => {
    if (await change({ input: { classGroupId: one.classGroup.id, teacherId: teacherId || null } })) changed()
  }
  return (
    <Part title={t('setup.leader')}>
      <Text size="sm" c="dimmed">{t('setup.leaderMeans')}</Text>
      <Successor
        key={one.teacher?.id} label={t('setup.leader')} now={one.teacher} staff={staff} nobody={t('setup.noLeader')} act={t('setup.appoint')} fetching={fetching}
        save={(id) => void lead(id)}
      />
      <Refused denied={denied} words={{ BAD_INPUT: t('setup.teacherLeft'), NOT_FOUND: t('office.goneMeanwhile') }} />
    </Part>
  )
}

function NewPupils({ group, added }: { group: string; added: () => void }) {
  const { t } = useTranslation()
  const { school } = useOffice()
  const [on, setOn] = useState(school.today)
  const { fetching, denied, change } = useChange(EnrolPupils)
  return (
    <NewPeople
      title={t('setup.newPupils')} means={t('setup.newPupilsMeans')} label={t('setup.pupilNames')} act={t('setup.enrol')} good={({ rest }) => !rest}
      fetching={fetching} added={added} refused={<Refused denied={denied} words={{ TOO_MANY: t('setup.classFull'), NOT_FOUND: t('office.goneMeanwhile') }} />}
      fields={(
        <TextInput
          type="date" label={t('setup.firstDay')} required maw={220} min={addDays(school.today, -A_YEAR)} max={addDays(school.today, A_YEAR)} value={on}
          onChange={({ currentTarget }) => setOn(currentTarget.value)}
        />
      )}
      send={async (lines) => {
        const items = lines.map(({ id, familyName, givenName, patronymic }) => ({ id, familyName, givenName, patronymic, classGroupId: group, enrolledOn: on }))
        return (await change({ input: { schoolId: school.id, items } }))?.results ?? null
      }}
    />
  )
}
