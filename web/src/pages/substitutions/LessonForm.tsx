import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { courseName } from '../../shell/courseName'
import { freeTeachers, hostsFor, isChanged } from './free'
import styles from './Substitutions.module.css'
import { DayQuery, type Lesson, type Teacher } from './Substitutions.graphql'
import { TeacherChoice } from './TeacherChoice'
import type { Change } from './useSubstitute'

const BELLS = 10

interface Form {
  lesson: Lesson
  school: string
  today: string
  teachers: readonly Teacher[]
  busy: boolean
  /** Whether there is a reason, without which nothing is changed. */
  ready: boolean
  change: (change: Change) => void
}

/** One lesson: who gives it, when, where; cancelled, held with another, or as in the timetable again. */
export function LessonForm({ lesson, school, today, teachers, busy, ready, change }: Form) {
  const { t } = useTranslation()
  const own = lesson.courseTeacher?.id ?? ''
  const [teacher, setTeacher] = useState(lesson.merged ? own : (lesson.teacher?.id ?? own))
  const [date, setDate] = useState(lesson.date)
  const [bell, setBell] = useState(lesson.bell)
  const [room, setRoom] = useState(lesson.room ?? '')
  const [host, setHost] = useState('')
  const [{ data }] = useQuery({ query: DayQuery, variables: { school, date }, pause: !date })
  const there = data?.dayLessons ?? []
  const which = { lessonId: lesson.id, expectedRevision: lesson.revision }
  const free = freeTeachers(teachers, there, { lesson, date, bell }).filter(({ id }) => id !== own)
  const hosts = date === lesson.date ? hostsFor(there, lesson) : []
  const first = [{ value: own, label: lesson.courseTeacher?.name ?? '—' }, ...(teacher !== own && !free.some(({ id }) => id === teacher) ? [{ value: teacher, label: lesson.teacher?.name ?? '—' }] : [])]
  return (
    <form className={styles.form} onSubmit={(event) => { event.preventDefault(); change({ ...which, teacherId: teacher, date, bell, room: room.trim() }) }}>
      <Stack gap="sm">
        <div className={styles.fields}>
          <TeacherChoice label={t('substitutions.teacher')} value={teacher} onChange={setTeacher} free={free} first={first} />
          <TextInput type="date" size="md" label={t('substitutions.date')} value={date} min={lesson.date < today ? lesson.date : today} readOnly={lesson.date < today} onChange={({ currentTarget }) => setDate(currentTarget.value)} required withAsterisk={false} />
          <NativeSelect size="md" label={t('substitutions.bell')} value={String(bell)} disabled={lesson.date < today} onChange={({ currentTarget }) => setBell(Number(currentTarget.value))} data={Array.from({ length: BELLS }, (_, place) => String(place + 1))} />
          <TextInput size="md" label={t('substitutions.room')} value={room} maxLength={20} onChange={({ currentTarget }) => setRoom(currentTarget.value)} />
        </div>
        <Group gap="xs">
          <Button size="md" type="submit" loading={busy} disabled={!ready || !date}>{t('substitutions.save')}</Button>
          {!lesson.cancelled && <Button size="md" variant="default" disabled={!ready || busy} onClick={() => change({ ...which, cancelled: true })}>{t('substitutions.cancel')}</Button>}
          {isChanged(lesson) && <Button size="md" variant="default" disabled={!ready || busy} onClick={() => change(which)}>{t('substitutions.back')}</Button>}
        </Group>
        {hosts.length > 0 && !lesson.movedFrom && (
          <Group gap="xs" align="flex-end">
            <NativeSelect
              size="md" label={t('substitutions.mergeWith')} value={host} onChange={({ currentTarget }) => setHost(currentTarget.value)}
              data={[{ value: '', label: '—' }, ...hosts.map(({ id, teacher: who, ...lesson }) => ({ value: id, label: `${courseName(lesson)} · ${who?.name ?? ''}` }))]}
            />
            <Button size="md" variant="default" disabled={!ready || !host || busy} onClick={() => change({ ...which, mergeWithId: host })}>{t('substitutions.merge')}</Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}
