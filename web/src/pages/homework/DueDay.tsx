import { Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { left } from './due'
import type { Homework } from './Homework.graphql'
import styles from './Homework.module.css'
import { Task } from './Task'

/** What is due on a day, and how long what is left of it should take. */
export function DueDay({ date, tasks, near }: { date: string; tasks: readonly Homework[]; near: string | undefined }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const minutes = left(tasks)
  return (
    <section className={styles.day} aria-labelledby={date}>
      <Title order={2} size="h5" id={date} className={styles.date}>
        <span className={styles.name}>{day(date)}</span> {near && <span className={styles.near}>{near}</span>}
        {minutes > 0 && <span className={styles.sum}>{t('tasks.left', { minutes })}</span>}
      </Title>
      <ul className={styles.list}>
        {tasks.map((task) => <Task key={task.id} task={task} />)}
      </ul>
    </section>
  )
}
