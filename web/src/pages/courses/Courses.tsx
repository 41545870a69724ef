import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { LedClassesQuery } from '../../session/Led.graphql'
import { useTeaching } from '../../session/teaching'
import { courseName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { gradebookPath, homeworkPath } from '../gradebook/address'
import { CoursesQuery } from './Courses.graphql'
import styles from './Courses.module.css'

/** The gradebooks of a teacher, and what a class teacher prints and counts. */
export default function Courses() {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: CoursesQuery })
  const [{ data: of }] = useQuery({ query: LedClassesQuery })
  const { schoolOf } = useTeaching()
  return (
    <Stack>
      <Title order={1} size="h2">{t('gradebook.courses')}</Title>
      {!!of?.reportCardClasses.length && (
        <Group gap="xs">
          <Button component={Link} href="/report-cards" variant="default">{t('reportCards.print')}</Button>
          <Button component={Link} href="/statistics" variant="default">{t('statistics.ofLed')}</Button>
        </Group>
      )}
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      {data && !data.myCourses.length && <Empty>{t('gradebook.noCourses')}</Empty>}
      {data && data.myCourses.length > 0 && (
        <ul className={styles.courses}>
          {data.myCourses.map(({ id, scale, teacher, ...course }) => (
            <Paper key={id} component="li" withBorder className={styles.course}>
              <Link href={gradebookPath(id)} className={styles.link}>{courseName(course)}</Link>
              <Text size="sm" c="dimmed">{[scale ? t('gradebook.scale', { lowest: scale.lowest, highest: scale.highest }) : t('gradebook.noScale'), schoolOf(teacher?.id)].filter(Boolean).join(' · ')}</Text>
              <Link href={homeworkPath(id)} className={styles.homework} aria-label={`${t('homework.title')}: ${courseName(course)}`}>{t('homework.title')}</Link>
            </Paper>
          ))}
        </ul>
      )}
    </Stack>
  )
}
