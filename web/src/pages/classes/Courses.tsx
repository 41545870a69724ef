import { Button, NativeSelect, Text } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { subjectName } from '../../shell/courseName'
import { Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import person from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { type OfStaff, SubjectsQuery } from './Classes.graphql'
import styles from './Classes.module.css'
import { AddCourse, ChangeCourseTeacher, ClassCoursesQuery, CloseCourse, type Divided, type OfClass, type Scale, SetCourseScale } from './OneClass.graphql'
import { StaffChoice, Successor } from './StaffChoice'

interface OfOne {
  group: string
  school: string
  staff: OfStaff[] | null
  changed: () => void
}

/** A group that is added or renamed is one that a course may be of. */
const GROUPS_TOO = { additionalTypenames: ['OfficeGroup'] }

/** What is taught in a class, and by whom. */
export function Courses({ group, school, staff, changed }: OfOne) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: ClassCoursesQuery, variables: { group, school }, requestPolicy: 'cache-and-network', context: GROUPS_TOO })
  const scales = data?.schoolScales.filter(({ inUse }) => inUse).map(({ scale }) => scale) ?? []
  const again = () => {
    ask({ requestPolicy: 'network-only' })
    changed()
  }
  return (
    <Part title={t('setup.courses')}>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data?.schoolCourses.length === 0 && <Text c="dimmed">{t('setup.noCourses')}</Text>}
      <ul className={person.lines}>
        {data?.schoolCourses.map((one) => <OneCourse key={one.course.id} one={one} staff={staff} scales={scales} changed={again} />)}
      </ul>
      {data && <NewCourse group={group} school={school} staff={staff} scales={scales} groups={data.classPupilGroups.filter(({ closed }) => !closed)} added={again} />}
    </Part>
  )
}

function OneCourse({ one: { course, closed }, staff, scales, changed }: { one: OfClass; staff: OfStaff[] | null; scales: Scale[]; changed: () => void }) {
  const { t } = useTranslation()
  const given = useChange(ChangeCourseTeacher)
  const closing = useChange(CloseCourse)
  const marking = useChange(SetCourseScale)
  const mark = async (scaleId: string) => {
    if (scaleId && (await marking.change({ input: { courseId: course.id, scaleId } }))) changed()
  }
  const teach = async (teacherId: string) => {
    if (teacherId && (await given.change({ input: { courseId: course.id, teacherId } }))) changed()
  }
  const close = async () => {
    if (await closing.change({ input: { courseId: course.id, closed: !closed } })) changed()
  }
  return (
    <li className={styles.course}>
      <div className={styles.subject}>
        <b>{subjectName(course)}</b>
        <span className={styles.more}>{[course.scale?.name ?? t('setup.noScale'), closed && t('setup.closed')].filter(Boolean).join(' · ')}</span>
      </div>
      <Successor
        key={course.teacher?.id} label={`${t('setup.teacher')}: ${subjectName(course)}`} now={course.teacher} staff={staff} disabled={closed} act={t('setup.appoint')}
        fetching={given.fetching} save={(id) => void teach(id)}
      />
      <NativeSelect
        size="sm" aria-label={`${t('setup.scale')}: ${subjectName(course)}`} value={course.scale?.id ?? ''} disabled={closed}
        onChange={({ currentTarget: { value } }) => void mark(value)}
        data={[
          ...(course.scale ? [] : [{ value: '', label: t('setup.noScale') }]), ...(course.scale && !scales.some(({ id }) => id === course.scale?.id) ? [{ value: course.scale.id, label: course.scale.name }] : []),
          ...scales.map(({ id: value, name: label }) => ({ value, label })),
        ]}
      />
      <Button variant="default" size="sm" loading={closing.fetching} aria-label={`${t(closed ? 'setup.reopen' : 'setup.close')}: ${subjectName(course)}`} onClick={() => void close()}>
        {t(closed ? 'setup.reopen' : 'setup.close')}
      </Button>
      <Refused denied={marking.denied} words={{ HAS_MARKS: t('setup.hasMarks'), BAD_INPUT: t('setup.scaleRetired'), NOT_FOUND: t('office.goneMeanwhile') }} />
      <Refused denied={given.denied ?? closing.denied} words={{
        TEACHER_TAKEN: t('setup.teacherTaken'), BAD_INPUT: t('setup.teacherLeft'), CONFLICT: t(given.denied ? 'setup.courseTaken' : 'setup.lessonsToCome'), NOT_FOUND: t('office.goneMeanwhile'),
      }} />
    </li>
  )
}

function NewCourse({ group, school, staff, scales, groups, added }: { group: string; school: string; staff: OfStaff[] | null; scales: Scale[]; groups: Divided[]; added: () => void }) {
  const { t } = useTranslation()
  const [{ data }] = useQuery({ query: SubjectsQuery, variables: { school } })
  const [id, renew] = useState(newId)
  const [subject, setSubject] = useState('')
  const [teacher, setTeacher] = useState('')
  const [scale, setScale] = useState(scales[0]?.id ?? '')
  const [part, setPart] = useState('')
  const { fetching, denied, change } = useChange(AddCourse)
  const changed = (set: (value: string) => void) => (value: string) => { set(value); renew(newId()) }
  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!(await change({ input: { id, classGroupId: group, subjectId: subject, teacherId: teacher, scaleId: scale || null, groupId: part || null } }))) return
    renew(newId())
    setSubject('')
    setTeacher('')
    added()
  }
  return (
    <form className={person.leaving} onSubmit={(event) => void add(event)} aria-label={t('setup.newCourse')}>
      <NativeSelect
        label={t('setup.subject')} required value={subject} onChange={({ currentTarget }) => changed(setSubject)(currentTarget.value)}
        data={[{ value: '', label: t('setup.choose') }, ...(data?.subjects ?? []).filter(({ inUse }) => inUse).map(({ id: value, name }) => ({ value, label: name }))]}
      />
      {groups.length > 0 && (
        <NativeSelect
          label={t('groups.course')} value={part} onChange={({ currentTarget }) => changed(setPart)(currentTarget.value)}
          data={[{ value: '', label: t('groups.whole') }, ...groups.map(({ group: { id: value, division, name } }) => ({ value, label: `${division} · ${name}` }))]}
        />
      )}
      <StaffChoice label={t('setup.teacher')} required value={teacher} onChange={changed(setTeacher)} staff={staff} />
      <NativeSelect
        label={t('setup.scale')} value={scale} onChange={({ currentTarget }) => changed(setScale)(currentTarget.value)}
        data={[{ value: '', label: t('setup.noScale') }, ...scales.map(({ id: value, name, lowest, highest }) => ({ value, label: `${name} (${lowest}–${highest})` }))]}
      />
      <Refused denied={denied} words={{ CONFLICT: t('setup.courseTaken'), BAD_INPUT: t('setup.teacherLeft'), NOT_FOUND: t('office.goneMeanwhile') }} />
      <div><Button type="submit" variant="default" loading={fetching} disabled={!subject || !teacher}>{t('setup.addCourse')}</Button></div>
    </form>
  )
}
