import { Alert, Button, Input, Text } from '@mantine/core'
import { type ReactNode, type SyntheticEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Part } from '../person/Part'
import { type Line, linesOf } from './names'

const AT_ONCE = 100

type Answer = { __typename: 'Person' } | { __typename: 'Refusal'; code: string }

interface People {
  title: string
  means: string
  label: string
  act: string
  /** Whether a line says all that is needed. */
  good: (line: Line) => boolean
  /** Sends at most a hundred; null where nothing came of it. */
  send: (lines: Line[]) => Promise<Answer[] | null>
  fetching: boolean
  added: () => void
  /** Fields above the list. */
  fields?: ReactNode
  /** Why nothing came of it. */
  refused: ReactNode
}

/** A list of names, pasted or typed: who is added goes from it, who is not stays there. */
export function NewPeople({ title, means, label, act, good, send, fetching, added, fields, refused }: People) {
  const { t } = useTranslation()
  const [text, write] = useState('')
  const [done, setDone] = useState<number | null>(null)
  const known = useRef(new Map<string, string>())
  const lines = linesOf(text, known.current)
  const bad = lines.filter((line) => !line.givenName || !good(line))
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    setDone(null)
    let left = lines
    let sum = 0
    while (sum < lines.length) {
      const some = lines.slice(sum, sum + AT_ONCE)
      const answers = await send(some)
      if (!answers) break
      const in_ = new Set(some.filter((_, place) => answers[place]?.__typename === 'Person').map(({ id }) => id))
      left = left.filter(({ id }) => !in_.has(id))
      sum += some.length
    }
    write(left.map((line) => line.text).join('\n'))
    setDone(lines.length - left.length)
    if (left.length < lines.length) added()
  }
  return (
    <Part title={title}>
      <form onSubmit={(event) => void submit(event)} style={{ display: 'grid', gap: 10 }}>
        <Text size="sm" c="dimmed">{means}</Text>
        {fields}
        <Input.Wrapper label={label} required>
          <Input component="textarea" multiline rows={6} required value={text} onChange={(event) => { write(event.currentTarget.value); setDone(null) }} />
        </Input.Wrapper>
        {bad.length > 0 && <Text size="sm" role="status">{t('setup.badLines', { lines: bad.map((line) => line.text).join('; ') })}</Text>}
        <div><Button type="submit" loading={fetching} disabled={!lines.length || bad.length > 0}>{act}{lines.length > 0 && ` (${lines.length})`}</Button></div>
        {done !== null && <Alert role="status" color={lines.length ? 'orange' : 'green'}>{t('setup.added', { count: done })}{lines.length > 0 && ` ${t('setup.stay')}`}</Alert>}
        {refused}
      </form>
    </Part>
  )
}
