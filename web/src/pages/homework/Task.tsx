import { Badge } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FileLinks } from '../../files/FileLinks'
import { useChild } from '../../session/child'
import { useChange } from '../account/change'
import { Denial } from '../sign-in/Denial'
import { hostOf } from './due'
import { HandIn } from './HandIn'
import { type Homework, TickHomework } from './Homework.graphql'
import styles from './Homework.module.css'
import { Versions } from './Versions'

interface Shown {
  task: Homework
  /** The day for which it was due, where the list is not of one. */
  date?: string
  onTicked?: () => void
}

/** One homework with its tick; what is ticked is shown at once and until the list says something else, and as it was where the service refuses. */
export function Task({ task: { id, subject, text, minutes, links, files, forSome, revision, doneAt }, date, onTicked }: Shown) {
  const { t } = useTranslation()
  const { id: child, school } = useChild()
  const { denied, change, fetching } = useChange(TickHomework)
  const [wanted, want] = useState<{ done: boolean; before: string | null } | null>(null)
  const done = wanted?.before === doneAt ? wanted.done : doneAt !== null
  const tick = async (next: boolean) => {
    want({ done: next, before: doneAt })
    if (await change({ input: { homeworkId: id, childId: child, done: next } })) onTicked?.()
    else want(null)
  }
  return (
    <li className={styles.due} data-done={done || undefined}>
      <label className={styles.tick}>
        <input type="checkbox" checked={done} disabled={fetching} onChange={({ currentTarget: { checked } }) => void tick(checked)} />
        <span className="unseen">{t('tasks.done', { subject: subject.name })}</span>
      </label>
      <div className={styles.what}>
        <div className={styles.line}>
          <b className={styles.subject}>{subject.name}</b>
          {date && <span className={styles.meta}>{date}</span>}
          {minutes !== null && <span className={styles.meta}>{t('tasks.minutes', { minutes })}</span>}
          {forSome && <Badge variant="light" size="sm" tt="none">{t('tasks.own')}</Badge>}
        </div>
        <div className={styles.text}>{text}</div>
        <Versions homework={id} revision={revision} timeZone={school.timeZone} />
        {links.length > 0 && (
          <ul className={styles.links}>
            {links.map((link) => <li key={link}><a href={link} target="_blank" rel="noopener noreferrer" referrerPolicy="no-referrer">{hostOf(link)}</a></li>)}
          </ul>
        )}
        <FileLinks files={files} />
        <Denial denied={denied} />
        <HandIn homework={id} subject={subject.name} />
      </div>
    </li>
  )
}
