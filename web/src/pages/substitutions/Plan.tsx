import { Paper, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { subjectName } from '../../shell/courseName'
import { grouped, isChanged } from './free'
import { Said } from './Said'
import styles from './Substitutions.module.css'
import type { Lesson } from './Substitutions.graphql'

/** What is other than in the timetable on a day, to be printed and hung up: without any reason. */
export function Plan({ lessons, date, timeZone }: { lessons: readonly Lesson[]; date: string; timeZone: string }) {
  const { t } = useTranslation()
  const changed = grouped(lessons.filter(isChanged), 'class').flatMap((group) => group.lessons)
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="plan" className={styles.plan}>
      <Title order={2} size="h4" id="plan" mb="sm">{t('substitutions.plan')}</Title>
      {changed.length === 0 ? <Text c="dimmed">{t('substitutions.noChanges')}</Text> : (
        <table className={styles.table}>
          <thead><tr><th scope="col">{t('substitutions.class')}</th><th scope="col">{t('substitutions.bell')}</th><th scope="col">{t('substitutions.what')}</th></tr></thead>
          <tbody>
            {changed.map((lesson) => (
              <tr key={lesson.id}>
                <th scope="row">{lesson.classGroup?.name}</th>
                <td>{lesson.date === date ? lesson.bell : '—'}</td>
                <td><b>{subjectName(lesson)}</b><Said lesson={lesson} on={date} timeZone={timeZone} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Paper>
  )
}
