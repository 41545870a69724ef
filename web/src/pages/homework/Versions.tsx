import { Text, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { hostOf } from './due'
import styles from './Versions.module.css'
import { HomeworkHistoryQuery } from './Versions.graphql'

/** That a homework was corrected, and, once it is asked for, what it said before, by whom and when that was changed (by the school's clock). */
export function Versions({ homework, revision, timeZone }: { homework: string; revision: number; timeZone: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  if (revision < 2) return null
  return (
    <div>
      <UnstyledButton className={styles.changed} aria-expanded={open} onClick={() => setOpen(!open)}>{t('tasks.corrected')}</UnstyledButton>
      {open && <List key={revision} homework={homework} timeZone={timeZone} />}
    </div>
  )
}

function List({ homework, timeZone }: { homework: string; timeZone: string }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const [{ data, error }, ask] = useQuery({ query: HomeworkHistoryQuery, variables: { homework }, requestPolicy: 'network-only' })
  if (error) return <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
  if (!data) return <Text size="sm" c="dimmed" role="status">{t('state.loading')}</Text>
  return (
    <ol className={styles.versions} reversed>
      {data.homeworkHistory.toReversed().map(({ revision, text, minutes, links, at, by }) => (
        <li key={revision}>
          <span className={styles.until}>{[t('tasks.until', { moment: moment(at, timeZone) }), by?.name].filter(Boolean).join(' · ')}</span>
          <s className={styles.text}>{text}</s>
          <span className={styles.until}>{[minutes !== null && t('tasks.minutes', { minutes }), ...links.map(hostOf)].filter(Boolean).join(' · ')}</span>
        </li>
      ))}
    </ol>
  )
}
