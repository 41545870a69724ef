import { Button, Group, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { useChild } from '../../session/child'
import { useChange } from '../account/change'
import { Denial } from '../sign-in/Denial'
import { useHandedIn } from './handedIn'
import { SubmitHomework } from './Homework.graphql'
import styles from './Homework.module.css'

const LONGEST = 4000

/** The work for a homework: what was handed in and what the teacher answered; and a place for the next, unless it is accepted. */
export function HandIn({ homework, subject }: { homework: string; subject: string }) {
  const { t } = useTranslation()
  const { id: child } = useChild()
  const { works, again } = useHandedIn(homework)
  const { denied, change, fetching } = useChange(SubmitHomework)
  const [text, write] = useState<string | null>(null)
  const [id, setId] = useState(newId)
  const last = works.at(-1)
  const send = async () => {
    if (!text?.trim() || !(await change({ input: { id, homeworkId: homework, childId: child, text: text.trim() } }))) return
    setId(newId())
    write(null)
    again()
  }
  return (
    <div className={styles.works}>
      {works.map(({ id: one, text: said, state, answer, answeredBy }) => (
        <div key={one} className={styles.work}>
          <div className={styles.state} data-state={state}>{t(`tasks.state.${one === last?.id || state !== 'SUBMITTED' ? state : 'REPLACED'}`)}</div>
          <div className={styles.said}>{said}</div>
          {answer && <div className={styles.answer}><b>{answeredBy?.name}:</b> {answer}</div>}
        </div>
      ))}
      {last?.state !== 'ACCEPTED' && text === null && (
        <Button variant="subtle" size="sm" px={0} mih={44} onClick={() => write('')} aria-label={`${t(last ? 'tasks.again' : 'tasks.handIn')}: ${subject}`}>{t(last ? 'tasks.again' : 'tasks.handIn')}</Button>
      )}
      {text !== null && (
        <form onSubmit={(event) => { event.preventDefault(); void send() }}>
          <Stack gap="xs">
            <Textarea label={t('tasks.work')} rows={4} maxLength={LONGEST} required value={text} onChange={({ currentTarget: { value } }) => write(value)} autoFocus />
            <Denial denied={denied} />
            <Group gap="xs">
              <Button type="submit" mih={44} loading={fetching}>{t('tasks.send')}</Button>
              <Button variant="default" mih={44} onClick={() => write(null)}>{t('confirm.cancel')}</Button>
            </Group>
          </Stack>
        </form>
      )}
    </div>
  )
}
