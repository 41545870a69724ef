import { Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { courseName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { gradebookPath, homeworkPath } from '../gradebook/address'
import { CoursesQuery } from './Courses.graphql'
import styles from './Courses.module.css'

/** The gradebooks of a teacher. */
export default function Courses() {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: CoursesQuery })
  return (
    <Stack>
      <Title order={1} size="h2">{t('gradebook.courses')}</Title>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      {data && !data.myCourses.length && <Empty>{t('gradebook.noCourses')}</Empty>}
      {data && data.myCourses.length > 0 && (
        <ul className={styles.courses}>
          {data.myCourses.map(({ id, scale, ...course }) => (
            <Paper key={id} component="li" withBorder className={styles.course}>
              <Link href={gradebookPath(id)} className={styles.link}>{courseName(course)}</Link>
              <Text size="sm" c="dimmed">{scale ? t('gradebook.scale', { lowest: scale.lowest, highest: scale.highest }) : t('gradebook.noScale')}</Text>
              <Link href={homeworkPath(id)} className={styles.homework} aria-label={`${t('homework.title')}: ${courseName(course)}`}>{t('homework.title')}</Link>
            </Paper>
          ))}
        </ul>
      )}
      <Text size="sm"><Link href="/report-cards">{t('reportCards.print')}</Link></Text>
      <Text size="sm"><Link href="/statistics">{t('statistics.ofLed')}</Link></Text>
    </Stack>
  )
}
