import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import styles from './Lessons.module.css'
import { SetTopics } from './Lessons.graphql'

const LONGEST = 200

/** What a lesson was about, written where it is listed; an empty one takes away what stands there. */
export function Topic({ lesson, topic, saved }: { lesson: string; topic: string | null; saved: () => void }) {
  const { t } = useTranslation()
  const [said, say] = useState<string | null>(null)
  const [code, refuse] = useState<string | null>(null)
  const { denied, change, fetching } = useChange(SetTopics)
  const save = async (): Promise<void> => {
    refuse(null)
    const answer = await change({ input: { items: [{ lessonId: lesson, topic: said?.trim() || null }] } })
    const [result] = answer?.results ?? []
    if (!result) return
    if (result.__typename === 'Refusal') return refuse(result.code)
    say(null)
    saved()
  }
  if (said === null) return <Button className={styles.above} variant="subtle" size="compact-sm" mih={44} px={0} onClick={() => say(topic ?? '')}>{t(topic ? 'lessons.changeTopic' : 'lessons.writeTopic')}</Button>
  return (
    <form className={styles.above} onSubmit={(event) => { event.preventDefault(); void save() }}>
      <TextInput label={t('lessons.topic')} maxLength={LONGEST} value={said} autoFocus onChange={({ currentTarget: { value } }) => say(value)} onKeyDown={({ key }) => { if (key === 'Escape') say(null) }} />
      <Refused denied={denied ?? (code ? { code } : null)} words={{ CLOSED: t('lessons.topicClosed'), NOT_FOUND: t('lessons.topicGone'), BAD_INPUT: t('lessons.topicGone') }} />
      <Group gap="xs" mt="xs">
        <Button type="submit" size="sm" loading={fetching}>{t('gradebook.save')}</Button>
        <Button variant="default" size="sm" onClick={() => say(null)}>{t('gradebook.cancel')}</Button>
      </Group>
    </form>
  )
}
