import { Paper, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { courseName } from '../../shell/courseName'
import { addDays, useFormats } from '../../texts/formats'
import { gradebookPath } from '../gradebook/address'
import styles from './Lessons.module.css'
import { UnfilledQuery } from './Lessons.graphql'

const BACK = -14

/** Lessons of the last fortnight whose register lacks somebody; each leads into the gradebook. Nothing where all are filled. */
export function Unfilled({ today }: { today: string }) {
  const { t } = useTranslation()
  const { date: shortDate } = useFormats()
  const [{ data }] = useQuery({ query: UnfilledQuery, variables: { from: addDays(today, BACK), to: today }, requestPolicy: 'cache-and-network' })
  const unfilled = data?.lessonsWithoutRegister.edges.map(({ node }) => node) ?? []
  if (!unfilled.length) return null
  return (
    <Paper p="md" withBorder component="section" aria-labelledby="unfilled">
      <Title order={2} size="h4" id="unfilled" mb="xs">{t('gradebook.unfilled')}</Title>
      <ul className={styles.unfilled}>
        {unfilled.map(({ pupils, missing, lesson: { id, courseId, date, bell, ...lesson } }) => (
          <li key={id} className={styles.unfilledLesson}>
            <Link href={gradebookPath(courseId, { lesson: id, date })} className={styles.toRegister}>{shortDate(date)}, {t('gradebook.bell', { bell })} · {courseName(lesson)}</Link>
            <Text size="sm" c="dimmed">{missing === pupils ? t('gradebook.unfilledWhole') : t('gradebook.missing', { count: missing, pupils })}</Text>
          </li>
        ))}
      </ul>
    </Paper>
  )
}
