import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AddFiles } from '../../files/AddFiles'
import { FileLinks } from '../../files/FileLinks'
import { useMe } from '../../session/Session'
import { useFormats } from '../../texts/formats'
import styles from '../absence/Absence.module.css'
import { useSpan } from '../absence/useSpan'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { AnswerNotice, type Notice, type Spread, SpreadAbsence } from './Absences.graphql'
import { Entered } from './Entered'

const ANSWERS = ['TEACHER', 'OFFICE']
const OPEN = ['SENT', 'SEEN', 'ACCEPTED']

/** A notice, and what the school says to it: it is accepted, declined with a reason, entered into the registers. */
export function OneNotice({ notice, changed }: { notice: Notice; changed: () => void }) {
  const { t } = useTranslation()
  const span = useSpan()
  const { moment } = useFormats()
  const { grants } = useMe()
  const { id, childId, child, classGroup, startsOn, endsOn, bells, state, words, answer, reason, sentAt, sentBy, files, answeredBy } = notice
  const answering = useChange(AnswerNotice)
  const spreading = useChange(SpreadAbsence)
  const [declines, decline] = useState(false)
  const [why, setWhy] = useState('')
  const [done, setDone] = useState<Spread | null>(null)
  const office = grants.find(({ role }) => role === 'OFFICE')
  const may = grants.find(({ role }) => ANSWERS.includes(role))
  const say = async (said: 'ACCEPTED' | 'DECLINED') => {
    if (!(await answering.change({ input: { noticeId: id, state: said, answer: said === 'DECLINED' ? why : null } }))) return
    decline(false)
    changed()
  }
  const enter = async () => {
    if (!reason) return
    setDone((await spreading.change({ input: { childId, from: startsOn, to: endsOn, bells, reasonId: reason.id } })) ?? null)
  }
  const waits = state === 'SENT' || state === 'SEEN'
  return (
    <li className={styles.line}>
      <div className={styles.about}>
        <b>{child?.name}</b> · {classGroup?.name} <span className={styles.tag} data-state={state}>{t(`absence.state.${state}`)}</span>
        <div>{span(startsOn, endsOn, bells)} · {reason?.name}</div>
        {words && <span className={styles.answer}>«{words}»</span>}
        <FileLinks files={files} />
        {office && OPEN.includes(state) && <AddFiles label={t('absence.addDocument')} act={t('absence.attachIt')} to={id} school={office.school.id} there={files.length} added={changed} words={{ CONFLICT: t('absences.meanwhile') }} />}
        <span className={styles.more}>{[sentBy ? sentBy.name : t('absences.family'), moment(sentAt, may?.school.timeZone)].join(', ')}</span>
        {answeredBy && <span className={styles.more}>{[t('absences.answeredBy', { name: answeredBy.name }), answer && `«${answer}»`].filter(Boolean).join(': ')}</span>}
      </div>
      {may && state !== 'WITHDRAWN' && (
        <div className={styles.acts}>
          {state !== 'ACCEPTED' && <Button size="md" loading={answering.fetching} onClick={() => void say('ACCEPTED')}>{t('absences.accept')}</Button>}
          {waits && <Button size="md" variant="default" aria-expanded={declines} onClick={() => decline(!declines)}>{t('absences.decline')}</Button>}
          {state === 'ACCEPTED' && startsOn <= may.school.today && <Button size="md" variant="default" loading={spreading.fetching} onClick={() => void enter()}>{t('absences.enter')}</Button>}
        </div>
      )}
      {declines && (
        <form className={styles.why} onSubmit={(event) => { event.preventDefault(); void say('DECLINED') }}>
          <TextInput size="md" label={t('absences.why')} description={t('absences.whyHint')} required maxLength={500} value={why} onChange={({ currentTarget: { value } }) => setWhy(value)} />
          <Button type="submit" size="md" color="red" disabled={!why.trim()}>{t('absences.declineIt')}</Button>
        </form>
      )}
      <div className={styles.told} role="status">
        <Refused denied={answering.denied ?? spreading.denied} words={{ CONFLICT: t('absences.meanwhile'), NOT_FOUND: t('error.NOT_FOUND'), BAD_INPUT: t('absences.badReason') }} />
        {done && <Entered spread={done} />}
      </div>
    </li>
  )
}
