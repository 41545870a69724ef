import { Alert, Button, Group, Stack, TextInput, Title } from '@mantine/core'
import type { CombinedError } from '@urql/core'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useClient } from 'urql'
import { codeOf } from '../../api/client'
import { Empty, Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { CustomersQuery, type Found } from './Till.graphql'
import styles from './Forgotten.module.css'

const FEWEST = 3

interface Props {
  till: string
  onFound: (found: Found) => void
  onCancel: () => void
}

/** Looks up who forgot the card: by the beginning of the name, and the class where several are called so. */
export function Forgotten({ till, onFound, onCancel }: Props) {
  const { t } = useTranslation()
  const client = useClient()
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  const [name, type] = useState('')
  const [asks, ask] = useState(false)
  const [answer, show] = useState<{ found?: readonly Found[] | undefined; error?: CombinedError | undefined }>({})
  useEffect(() => dialog.current?.showModal(), [])
  const look = async () => {
    ask(true)
    const { data, error } = await client.query(CustomersQuery, { till, name }, { requestPolicy: 'network-only' })
    show({ found: data?.customers, error })
    ask(false)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (enough(name)) void look()
  }
  return (
    <dialog ref={dialog} className={styles.asked} aria-labelledby={title} onCancel={(event) => { event.preventDefault(); onCancel() }}>
      <Stack gap="sm">
        <Title order={2} size="h4" id={title}>{t('till.forgotten')}</Title>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label={t('till.name')} description={t('till.nameHint')} size="lg" autoComplete="off" autoCapitalize="words" spellCheck={false}
              value={name} onChange={(event) => type(event.currentTarget.value)}
            />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" size="md" mih={44} onClick={onCancel}>{t('confirm.cancel')}</Button>
              <Button type="submit" size="md" mih={44} loading={asks} disabled={!enough(name)}>{t('till.find')}</Button>
            </Group>
          </Stack>
        </form>
        <div aria-live="polite">
          {answer.error && (codeOf(answer.error) === 'TOO_MANY_ATTEMPTS' ? <Alert role="alert" color="red">{t('till.tooMany')}</Alert> : <Failed error={answer.error} retry={() => void look()} />)}
          {answer.found?.length === 0 && <Empty>{t('till.nobodyFound')}</Empty>}
          {answer.found && answer.found.length > 0 && <ul className={styles.found}>{answer.found.map((one) => <One key={one.id} one={one} choose={onFound} />)}</ul>}
        </div>
      </Stack>
    </dialog>
  )
}

const enough = (name: string): boolean => (name.replace(/\d+\s*\p{L}?(?=\s|$)/gu, '').match(/\p{L}/gu)?.length ?? 0) >= FEWEST

function One({ one, choose }: { one: Found; choose: (one: Found) => void }) {
  const { money } = useFormats()
  return (
    <li>
      <button type="button" className={styles.one} onClick={() => choose(one)}>
        <span><strong>{one.name}</strong>, {one.classGroup.name}</span>
        <span className={styles.money}>{money(one.balance)}</span>
      </button>
    </li>
  )
}
