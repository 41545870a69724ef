import { Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import type { Homework } from './Homework.graphql'
import styles from './Homework.module.css'
import { Task } from './Task'

const MANY = 3

/** What should have been done. What is ticked here stays in its place until one leaves, so that a slip can be taken back; a long list is folded. */
export function Overdue({ tasks }: { tasks: readonly Homework[] }) {
  const { t } = useTranslation()
  const { date } = useFormats()
  const [ticked, setTicked] = useState<readonly Homework[]>([])
  const known = new Set(tasks.map(({ id }) => id))
  const shown = [...tasks, ...ticked.filter(({ id }) => !known.has(id))].sort((one, other) => (one.date < other.date ? 1 : one.date > other.date ? -1 : one.id < other.id ? -1 : 1))
  if (shown.length === 0) return null
  const list = (
    <ul className={styles.list}>
      {shown.map((task) => (
        <Task
          key={task.id} task={known.has(task.id) ? task : { ...task, doneAt: 'here' }} date={date(task.date)}
          onTicked={() => setTicked((before) => [...before.filter(({ id }) => id !== task.id), task])}
        />
      ))}
    </ul>
  )
  return (
    <section className={styles.day} aria-labelledby="overdue" data-overdue>
      <Title order={2} size="h5" id="overdue" className={styles.date}>{t('tasks.overdue', { count: tasks.length })}</Title>
      {tasks.length > MANY ? <details className={styles.folded}><summary>{t('tasks.show')}</summary>{list}</details> : list}
    </section>
  )
}
