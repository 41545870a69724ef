import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { useMe } from '../../session/Session'
import { useChange } from '../account/change'
import { WithdrawRemark } from '../messages/Withdraw.graphql'
import { MakeRemarks, PupilRemarksQuery } from '../remarks/Remarks.graphql'
import styles from './PupilRemark.module.css'

const KINDS = ['PRAISE', 'CONCERN'] as const
const LONGEST = 1000

/** Praise or concern about a pupil in a lesson, told to the family at once; what one has remarked there before, and may take back. */
export default function PupilRemark({ pupil, lesson }: { pupil: string; lesson: string }) {
  const { t } = useTranslation()
  const { grants } = useMe()
  const [{ data }, ask] = useQuery({ query: PupilRemarksQuery, variables: { child: pupil }, requestPolicy: 'cache-and-network' })
  const [id, renew] = useState(newId)
  const [kind, setKind] = useState<(typeof KINDS)[number]>('PRAISE')
  const [text, write] = useState('')
  const [refused, setRefused] = useState(false)
  const making = useChange(MakeRemarks)
  const withdrawing = useChange(WithdrawRemark)
  const persons = grants.map(({ personId }) => personId)
  const mine = data?.remarks.edges.filter(({ node }) => node.lessonId === lesson && persons.includes(node.givenBy?.id ?? '')) ?? []
  const again = () => ask({ requestPolicy: 'network-only' })
  const make = async (event: FormEvent) => {
    event.preventDefault()
    const answer = await making.change({ input: { lessonId: lesson, items: [{ id, pupilId: pupil, kind, text: text.trim() }] } })
    const isMade = answer?.results[0]?.__typename === 'Remark'
    setRefused(!isMade)
    if (!isMade) return
    renew(newId())
    write('')
    again()
  }
  const takeBack = async (remark: string) => {
    if (await withdrawing.change({ remark })) again()
  }
  return (
    <Stack gap="xs" mt="xs">
      <ul className={styles.made} aria-label={t('remarks.title')} aria-live="polite">
        {mine.map(({ node }) => (
          <li key={node.id} className={styles.remark} data-kind={node.kind}>
            <Text size="sm"><b>{t(`messages.kind.${node.kind}`)}:</b> {node.text}</Text>
            <Button variant="subtle" size="compact-sm" px={0} loading={withdrawing.fetching} onClick={() => void takeBack(node.id)}>{t('messages.takeBack')}</Button>
          </li>
        ))}
      </ul>
      <form onSubmit={(event) => void make(event)}>
        <Stack gap="xs">
          <fieldset className={styles.kinds}>
            <legend className="unseen">{t('remarks.kind')}</legend>
            {KINDS.map((one) => <label key={one} className={styles.kind}><input type="radio" name="remark" checked={kind === one} onChange={() => setKind(one)} /> {t(`messages.kind.${one}`)}</label>)}
          </fieldset>
          <Textarea label={t('remarks.text')} rows={2} maxLength={LONGEST} required value={text} onChange={({ currentTarget: { value } }) => write(value)} />
          {(refused || making.denied || withdrawing.denied) && <Alert role="alert" color="red">{t('remarks.refused')}</Alert>}
          <Group gap="xs"><Button type="submit" size="sm" loading={making.fetching} disabled={!text.trim()}>{t('remarks.toFamily')}</Button></Group>
        </Stack>
      </form>
    </Stack>
  )
}
