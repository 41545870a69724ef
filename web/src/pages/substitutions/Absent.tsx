import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { courseName } from '../../shell/courseName'
import { freeTeachers } from './free'
import styles from './Substitutions.module.css'
import type { Lesson, Teacher } from './Substitutions.graphql'
import { TeacherChoice } from './TeacherChoice'
import type { Change, Told } from './useSubstitute'

const CANCEL = 'cancel'

interface Away {
  teacher: { id: string; name: string }
  date: string
  lessons: readonly Lesson[]
  teachers: readonly Teacher[]
  refused: ReadonlyMap<string, Told>
  busy: boolean
  ready: boolean
  change: (changes: readonly Change[]) => void
}

/** A teacher is away: for each lesson of the day somebody who is free, or nobody; all in one go. */
export function Absent({ teacher, date, lessons, teachers, refused, busy, ready, change }: Away) {
  const { t } = useTranslation()
  const [chosen, choose] = useState<Readonly<Record<string, string>>>({})
  const own = lessons.filter((lesson) => lesson.teacher?.id === teacher.id && lesson.date === date && !lesson.cancelled)
  const free = new Map(own.map((lesson) => [lesson.id, freeTeachers(teachers, lessons, { lesson, date, bell: lesson.bell, absent: teacher.id })]))
  const choiceOf = ({ id }: Lesson) => chosen[id] ?? free.get(id)?.[0]?.id ?? CANCEL
  const changes = own.flatMap((lesson): Change[] => {
    const choice = choiceOf(lesson)
    const which = { lessonId: lesson.id, expectedRevision: lesson.revision }
    return choice === '' ? [] : [choice === CANCEL ? { ...which, cancelled: true } : { ...which, teacherId: choice, date: lesson.date, bell: lesson.bell, room: lesson.room ?? '' }]
  })
  return (
    <Paper component="section" withBorder p="md" aria-label={t('substitutions.awayTitle', { name: teacher.name })}>
      <Stack gap="sm">
        <Title order={2} size="h4">{t('substitutions.awayTitle', { name: teacher.name })}</Title>
        {own.length === 0 ? <Text>{t('substitutions.nothingLeft')}</Text> : (
          <form onSubmit={(event) => { event.preventDefault(); change(changes) }}>
            <ul className={styles.away}>
              {own.map((lesson) => (
                <li key={lesson.id}>
                  <TeacherChoice
                    label={`${t('gradebook.bell', { bell: lesson.bell })} · ${courseName(lesson)}`} value={choiceOf(lesson)}
                    onChange={(id) => choose({ ...chosen, [lesson.id]: id })} free={free.get(lesson.id) ?? []}
                    first={[{ value: '', label: t('substitutions.leave') }, { value: CANCEL, label: t('substitutions.cancel') }]}
                  />
                  {refused.has(lesson.id) && <Text role="alert" size="sm" c="red" fw={600}>{t(`substitutions.refused.${refused.get(lesson.id)!}`)}</Text>}
                </li>
              ))}
            </ul>
            <Group mt="md"><Button size="md" type="submit" loading={busy} disabled={!ready || changes.length === 0}>{t('substitutions.replaceAll')}</Button></Group>
          </form>
        )}
      </Stack>
    </Paper>
  )
}
