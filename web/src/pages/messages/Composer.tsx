import { Button, Input } from '@mantine/core'
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { WriteMessage } from './Talk.graphql'
import styles from './Talk.module.css'

const LONGEST = 4000

/** Where one writes. What could not be sent stays there, and is sent under the same id. */
export function Composer({ child, teacher, sent }: { child: string; teacher: string; sent: () => void }) {
  const { t } = useTranslation()
  const [text, write] = useState('')
  const { fetching, denied, change } = useChange(WriteMessage)
  const form = useRef<HTMLFormElement>(null)
  const waiting = useRef<{ id: string; text: string } | null>(null)
  const send = async () => {
    if (!text.trim() || fetching) return
    if (waiting.current?.text !== text) waiting.current = { id: newId(), text }
    if (!(await change({ input: { id: waiting.current.id, childId: child, teacherId: teacher, text } }))) return
    waiting.current = null
    write('')
    sent()
    form.current?.querySelector('textarea')?.focus()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void send()
  }
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void send()
  }
  return (
    <form ref={form} className={styles.composer} onSubmit={submit}>
      <Input.Wrapper label={t('messages.text')} className={styles.field}>
        <Input component="textarea" multiline rows={3} maxLength={LONGEST} value={text} onChange={(event) => write(event.currentTarget.value)} onKeyDown={press} />
      </Input.Wrapper>
      <Button type="submit" loading={fetching} disabled={!text.trim()}>{t('messages.send')}</Button>
      <Refused denied={denied} words={{ TOO_MANY_ATTEMPTS: t('messages.tooMany'), NOT_FOUND: t('messages.closed') }} />
    </form>
  )
}
