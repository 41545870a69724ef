import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { useTeaching } from '../../session/teaching'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays, useFormats } from '../../texts/formats'
import { gradebookPath } from '../gradebook/address'
import styles from './Lessons.module.css'
import { LessonsQuery, type OwnLesson } from './Lessons.graphql'
import { Unfilled } from './Unfilled'

/** The lessons that a teacher gives on a day; each leads into the gradebook. */
export default function Lessons() {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { school } = useTeaching()
  const [date, choose] = useState(school.today)
  const [{ data, error }, ask] = useQuery({ query: LessonsQuery, variables: { date } })
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{date === school.today ? t('gradebook.today') : t('gradebook.lessons')}</Title>
        <Text c="dimmed" aria-live="polite">{school.shortName} · {day(date)}</Text>
      </div>
      <Group gap="xs">
        <Button variant="default" size="sm" onClick={() => choose(addDays(date, -1))}>{t('gradebook.earlier')}</Button>
        <Button variant="default" size="sm" disabled={date === school.today} onClick={() => choose(school.today)}>{t('gradebook.toToday')}</Button>
        <Button variant="default" size="sm" onClick={() => choose(addDays(date, 1))}>{t('gradebook.later')}</Button>
      </Group>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      {data && (data.myLessons.length
        ? <ol className={styles.list}>{data.myLessons.map((lesson) => <OneLesson key={lesson.id} lesson={lesson} />)}</ol>
        : <Empty>{t('gradebook.noLessons')}</Empty>)}
      <Unfilled today={school.today} />
    </Stack>
  )
}

function OneLesson({ lesson }: { lesson: OwnLesson }) {
  const { t } = useTranslation()
  const { id, courseId, date, subject, classGroup, bellStartsAt, bellEndsAt, bell, room, topic, cancelled } = lesson
  return (
    <Paper component="li" withBorder className={styles.lesson}>
      <div className={styles.when}>
        <Text fw={650}>{bellStartsAt.slice(0, 5)}</Text>
        <Text size="sm" c="dimmed">{bellEndsAt.slice(0, 5)}</Text>
      </div>
      <div className={styles.what}>
        <Link href={gradebookPath(courseId, { lesson: id, date })} className={styles.link} data-cancelled={cancelled || undefined}>
          {classGroup?.name} · {subject.name}
        </Link>
        <Text size="sm" c="dimmed">
          {[t('gradebook.bell', { bell }), room && t('today.room', { room }), topic, cancelled && t('today.cancelled')].filter(Boolean).join(' · ')}
        </Text>
      </div>
    </Paper>
  )
}
