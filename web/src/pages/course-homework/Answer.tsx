import { Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FileLinks } from '../../files/FileLinks'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { AnswerSubmission, type Work } from './CourseHomework.graphql'
import styles from './CourseHomework.module.css'

const LONGEST = 2000

/** A pupil's newest work with the teacher's answer: accepted, or returned, for which a text is needed. */
export function Answer({ work: { id, text, files, state, answer }, name, teaches, answered }: { work: Work; name: string; teaches: boolean; answered: () => void }) {
  const { t } = useTranslation()
  const { denied, change, fetching } = useChange(AnswerSubmission)
  const [said, say] = useState(answer ?? '')
  const [opened, open] = useState(state === 'SUBMITTED')
  const [wanting, setWanting] = useState(false)
  const send = async (next: 'ACCEPTED' | 'RETURNED') => {
    if (next === 'RETURNED' && !said.trim()) return setWanting(true)
    if (await change({ input: { submissionId: id, state: next, text: said.trim() || null } })) answered()
  }
  return (
    <div className={styles.work}>
      <Text size="sm" fw={600}>{t(`tasks.state.${state}`)}</Text>
      {text && <Text className={styles.text}>{text}</Text>}
      <FileLinks files={files} />
      {!opened && answer && <Text size="sm" className={styles.text} c="dimmed">{answer}</Text>}
      {teaches && !opened && <Button variant="default" size="sm" mih={44} onClick={() => open(true)}>{t('homework.otherAnswer')}</Button>}
      {teaches && opened && (
        <Stack gap="xs" mt={6}>
          <Textarea
            label={t('homework.answerTo', { name })} rows={2} maxLength={LONGEST} value={said} error={wanting && !said.trim() && t('homework.answerNeeded')}
            onChange={({ currentTarget: { value } }) => say(value)}
          />
          <Refused denied={denied} words={{ CONFLICT: t('homework.newerWork') }} />
          <Group gap="xs">
            <Button size="sm" mih={44} loading={fetching} onClick={() => void send('ACCEPTED')}>{t('homework.accept')}</Button>
            <Button variant="default" size="sm" mih={44} disabled={fetching} onClick={() => void send('RETURNED')}>{t('homework.return')}</Button>
          </Group>
        </Stack>
      )}
    </div>
  )
}
