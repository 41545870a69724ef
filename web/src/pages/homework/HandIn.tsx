import { Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { FileLinks } from '../../files/FileLinks'
import { FilePicker } from '../../files/FilePicker'
import { usePicked } from '../../files/usePicked'
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
  const { id: child, school } = useChild()
  const picked = usePicked(school.id)
  const [wanting, setWanting] = useState(false)
  const { works, again } = useHandedIn(homework)
  const { denied, change, fetching } = useChange(SubmitHomework)
  const [text, write] = useState<string | null>(null)
  const [id, setId] = useState(newId)
  const last = works.at(-1)
  const close = () => {
    write(null)
    setWanting(false)
    picked.clear()
  }
  const send = async () => {
    if (text === null || picked.busy || picked.failed || (!text.trim() && picked.ids.length === 0)) return setWanting(true)
    if (!(await change({ input: { id, homeworkId: homework, childId: child, text: text.trim(), fileIds: picked.ids } }))) return
    setId(newId())
    close()
    again()
  }
  return (
    <div className={styles.works}>
      {works.map(({ id: one, text: said, files, state, answer, answeredBy }) => (
        <div key={one} className={styles.work}>
          <div className={styles.state} data-state={state}>{t(`tasks.state.${one === last?.id || state !== 'SUBMITTED' ? state : 'REPLACED'}`)}</div>
          {said && <div className={styles.said}>{said}</div>}
          <FileLinks files={files} />
          {answer && <div className={styles.answer}><b>{answeredBy?.name}:</b> {answer}</div>}
        </div>
      ))}
      {last?.state !== 'ACCEPTED' && text === null && (
        <Button variant="subtle" size="sm" px={0} mih={44} onClick={() => write('')} aria-label={`${t(last ? 'tasks.again' : 'tasks.handIn')}: ${subject}`}>{t(last ? 'tasks.again' : 'tasks.handIn')}</Button>
      )}
      {text !== null && (
        <form noValidate onSubmit={(event) => { event.preventDefault(); void send() }}>
          <Stack gap="xs">
            <Textarea label={t('tasks.work')} rows={4} maxLength={LONGEST} error={wanting && !text.trim() && picked.list.length === 0 && t('tasks.empty')} value={text} onChange={({ currentTarget: { value } }) => write(value)} autoFocus />
            <FilePicker picked={picked} />
            {wanting && (picked.busy || picked.failed) && <Text size="sm" role="alert" c="var(--mantine-color-error)">{t('files.wait')}</Text>}
            <Denial denied={denied} />
            <Group gap="xs">
              <Button type="submit" mih={44} loading={fetching}>{t('tasks.send')}</Button>
              <Button variant="default" mih={44} onClick={close}>{t('confirm.cancel')}</Button>
            </Group>
          </Stack>
        </form>
      )}
    </div>
  )
}
