import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { useTeaching } from '../../session/teaching'
import { courseName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays } from '../../texts/formats'
import { gradebookPath } from '../gradebook/address'
import { writesIn } from '../gradebook/writing'
import { CourseHomeworkQuery, CourseQuery } from './CourseHomework.graphql'
import styles from './CourseHomework.module.css'
import { Line } from './Line'
import { NewTask } from './NewTask'

const BEHIND = 9
const AHEAD = 21

/** The homework of a course: what is set, who has done it, and what a teacher sets next. */
export default function CourseHomework() {
  const { t } = useTranslation()
  const { course: id = '' } = useParams<{ course: string }>()
  const { school, persons } = useTeaching()
  const [setting, set] = useState(false)
  const span = { course: id, from: addDays(school.today, -BEHIND), to: addDays(school.today, AHEAD) }
  const [{ data: of, error: unknown }, askCourse] = useQuery({ query: CourseQuery, variables: { ...span, from: school.today } })
  const [{ data, error }, ask] = useQuery({ query: CourseHomeworkQuery, variables: span, requestPolicy: 'cache-and-network' })
  const book = of?.gradebook
  const mine = book ? persons.includes(book.course.teacher?.id ?? '') : false
  const writes = book ? writesIn(book.course, book.lessons, persons) : new Set<string>()
  const failed = unknown ?? error
  const again = () => { askCourse({ requestPolicy: 'network-only' }); ask({ requestPolicy: 'network-only' }) }
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end" gap="xs">
        <div>
          <Title order={1} size="h2">{t('homework.title')}</Title>
          <Text c="dimmed">{book ? courseName(book.course) : ' '}</Text>
        </div>
        <Group gap="xs">
          {(mine || writes.size > 0) && !setting && <Button mih={44} onClick={() => set(true)}>{t('homework.new')}</Button>}
          <Button component={Link} href={gradebookPath(id)} variant="default" mih={44}>{t('homework.toGradebook')}</Button>
        </Group>
      </Group>
      {setting && book && <NewTask book={{ ...book, lessons: book.lessons.filter((one) => writes.has(one.id)) }} school={school} done={() => { set(false); ask({ requestPolicy: 'network-only' }) }} cancel={() => set(false)} />}
      {failed && <Failed error={failed} retry={again} />}
      {(!data || !book) && !failed && <Loading />}
      {data && book && data.courseHomework.length === 0 && <Empty>{t('homework.none')}</Empty>}
      {data && book && data.courseHomework.length > 0 && (
        <ul className={styles.list}>
          {data.courseHomework.map((line) => (
            <Line key={`${line.homework.id}${line.homework.revision}`} line={line} teaches={mine} mine={(mine || writes.has(line.homework.lessonId)) && line.homework.date >= school.today} changed={again} />
          ))}
        </ul>
      )}
    </Stack>
  )
}
