import { Alert, Button, Group, Input, NativeSelect, Stack, Title } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { useSides } from '../messages/inbox'
import { ClassesQuery, ClassQuery } from '../messages/Messages.graphql'
import { WithdrawRemark } from '../messages/Withdraw.graphql'
import { Refused } from '../person/Refused'
import { MakeRemarks } from './Remarks.graphql'
import styles from './Remarks.module.css'
import { outcome, Sending } from './sending'

const KINDS = ['PRAISE', 'CONCERN'] as const

/** Remarks about one or several pupils of a class, the same words for all that are chosen. */
export default function Remarks() {
  const { t } = useTranslation()
  const { isOffice, isTeacher } = useSides()
  const [{ data, error }, ask] = useQuery({ query: ClassesQuery, variables: { teaches: isTeacher } })
  const [group, choose] = useState('')
  const taught = new Set(data?.myCourses?.map(({ classGroup }) => classGroup.id))
  const classes = (data?.classGroups ?? []).filter(({ id }) => isOffice || taught.has(id))
  if (!data) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />
  return (
    <Stack maw={640}>
      <Title order={1} size="h2">{t('remarks.title')}</Title>
      <NativeSelect
        label={t('messages.class')} value={group} onChange={(event) => choose(event.currentTarget.value)} maw={220}
        data={[{ value: '', label: t('messages.chooseClass') }, ...classes.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      {group && <OfClass key={group} group={group} />}
    </Stack>
  )
}

function OfClass({ group }: { group: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: ClassQuery, variables: { group } })
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [kind, setKind] = useState<(typeof KINDS)[number]>('PRAISE')
  const [text, write] = useState('')
  const [made, setMade] = useState<readonly string[]>([])
  const withdrawing = useChange(WithdrawRemark)
  const { fetching, denied, change } = useChange(MakeRemarks)
  const [refused, refuse] = useState<string | null>(null)
  const sending = useRef(new Sending())
  if (!data) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />
  const turn = (pupil: string) => setChosen((before) => (before.includes(pupil) ? before.filter((one) => one !== pupil) : [...before, pupil]))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setMade([])
    refuse(null)
    const answer = await change({ input: { items: chosen.map((pupilId) => ({ id: sending.current.of(`${kind} ${text}`, pupilId), pupilId, kind, text })) } })
    if (!answer) return
    sending.current.answered()
    const came = outcome(chosen, answer.results)
    setMade(came.made)
    setChosen(came.left)
    refuse(came.code)
    if (!came.left.length) write('')
  }
  const takeBack = async () => {
    for (const remark of made) if (!(await withdrawing.change({ remark }))) return
    setMade([])
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <fieldset className={styles.pupils}>
          <legend>{t('remarks.whom')}</legend>
          {data.pupils.edges.map(({ node: { id, name } }) => (
            <label key={id} className={styles.pupil}><input type="checkbox" checked={chosen.includes(id)} onChange={() => turn(id)} /> {name}</label>
          ))}
        </fieldset>
        <fieldset className={styles.kinds}>
          <legend>{t('remarks.kind')}</legend>
          {KINDS.map((one) => (
            <label key={one} className={styles.pupil}><input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} /> {t(`messages.kind.${one}`)}</label>
          ))}
        </fieldset>
        <Input.Wrapper label={t('remarks.text')} required>
          <Input component="textarea" multiline rows={3} required maxLength={1000} value={text} onChange={(event) => write(event.currentTarget.value)} />
        </Input.Wrapper>
        <Group>
          <Button type="submit" loading={fetching} disabled={chosen.length === 0 || !text.trim()}>{t('remarks.send', { count: chosen.length })}</Button>
        </Group>
        {made.length > 0 && (
          <Alert role="status" color="green">
            {t('remarks.made', { count: made.length })} <Button variant="subtle" size="compact-sm" mih={44} loading={withdrawing.fetching} onClick={() => void takeBack()}>{t('messages.takeBack')}</Button>
          </Alert>
        )}
        <Refused denied={denied ?? withdrawing.denied ?? (refused ? { code: refused } : null)} words={{ NOT_FOUND: t('remarks.notMade'), BAD_INPUT: t('remarks.notMade') }} />
      </Stack>
    </form>
  )
}
