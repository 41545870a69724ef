import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { useTeaching } from '../../session/teaching'
import { courseName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays, dayOf, useFormats } from '../../texts/formats'
import { gradebookPath } from '../gradebook/address'
import styles from './Lessons.module.css'
import { LessonsQuery, type OwnLesson } from './Lessons.graphql'
import { Topic } from './Topic'
import { Unfilled } from './Unfilled'

/** The lessons that a teacher gives on a day; each leads into the gradebook. */
export default function Lessons() {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { school, persons, schoolOf } = useTeaching()
  const several = schoolOf(...persons) !== undefined
  const [date, choose] = useState(school.today)
  const [{ data, error }, ask] = useQuery({ query: LessonsQuery, variables: { date } })
  useEffect(() => {
    const look = () => { if (!document.hidden) ask({ requestPolicy: 'network-only' }) } // whoever comes back to it sees what the office has changed meanwhile
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [ask])
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{date === school.today ? t('gradebook.today') : t('gradebook.lessons')}</Title>
        <Text c="dimmed" aria-live="polite">{several ? day(date) : `${school.shortName} · ${day(date)}`}</Text>
      </div>
      <Group gap="xs">
        <Button variant="default" size="sm" onClick={() => choose(addDays(date, -1))}>{t('gradebook.earlier')}</Button>
        <Button variant="default" size="sm" disabled={date === school.today} onClick={() => choose(school.today)}>{t('gradebook.toToday')}</Button>
        <Button variant="default" size="sm" onClick={() => choose(addDays(date, 1))}>{t('gradebook.later')}</Button>
      </Group>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      {data && (data.myLessons.length
        ? <ol className={styles.list}>{data.myLessons.map((lesson) => <OneLesson key={lesson.id} lesson={lesson} asked={date} school={school} persons={persons} at={schoolOf(lesson.teacher?.id, lesson.courseTeacher?.id)} changed={() => ask({ requestPolicy: 'network-only' })} />)}</ol>
        : <Empty>{data.holidays.find(({ schoolId }) => schoolId === school.id)?.name ?? t('gradebook.noLessons')}</Empty>)}
      {(data ?? error) && <Unfilled today={school.today} />}
    </Stack>
  )
}

interface Listed {
  lesson: OwnLesson
  asked: string
  school: { today: string; timeZone: string }
  persons: readonly string[]
  at: string | undefined
  changed: () => void
}

function OneLesson({ lesson, asked, school: { today, timeZone }, persons, at, changed }: Listed) {
  const { t } = useTranslation()
  const { date: dateText, time } = useFormats()
  const { id, courseId, date, subject, classGroup, group, bellStartsAt, bellEndsAt, bell, room, topic, cancelled, substituted, movedFrom, otherRoom, merged } = lesson
  const away = date !== asked
  const before = movedFrom && (dayOf(movedFrom, timeZone) === date ? time(movedFrom, timeZone) : dateText(dayOf(movedFrom, timeZone)))
  const changes = cancelled ? [t('today.cancelled')] : [
    away ? t('lesson.movedTo', { when: dateText(date) }) : before && t('lesson.movedFrom', { when: before }),
    substituted && (persons.includes(lesson.courseTeacher?.id ?? '') ? t('lesson.substitute', { name: lesson.teacher?.name }) : t('substitutions.instead', { name: lesson.courseTeacher?.name })),
    otherRoom && t('lesson.otherRoom'), merged && t('lesson.merged'),
  ].filter(Boolean)
  return (
    <Paper component="li" withBorder className={styles.lesson}>
      <div className={styles.when}>
        <Text fw={650}>{bellStartsAt.slice(0, 5)}</Text>
        <Text size="sm" c="dimmed">{bellEndsAt.slice(0, 5)}</Text>
      </div>
      <div className={styles.what}>
        <Link href={gradebookPath(courseId, { lesson: id, date })} className={styles.link} data-cancelled={cancelled || away || undefined}>
          {courseName({ subject, classGroup, group })}
        </Link>
        <Text size="sm" c="dimmed">
          {[t('gradebook.bell', { bell }), room && t('today.room', { room }), at, topic].filter(Boolean).join(' · ')}
        </Text>
        {!cancelled && !away && date <= today && <Topic lesson={id} topic={topic} saved={changed} />}
        {changes.length > 0 && <Text size="sm" fw={600} className={styles.changes}>{changes.join(' · ')}</Text>}
      </div>
    </Paper>
  )
}
