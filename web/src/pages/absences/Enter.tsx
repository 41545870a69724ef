import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useMe } from '../../session/Session'
import { Empty, Failed } from '../../shell/states'
import styles from '../absence/Absence.module.css'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import { Refused } from '../person/Refused'
import { type Spread, SpreadAbsence } from './Absences.graphql'
import { EnterPupilsQuery, EnterQuery } from './Enter.graphql'
import { Entered } from './Entered'

const ANSWERS = ['TEACHER', 'OFFICE']

/** An absence of which no family has written here, by telephone or on paper: entered into all registers of some days, up to today, at once. */
export function Enter() {
  const { t } = useTranslation()
  const { grants } = useMe()
  const school = grants.find(({ role }) => ANSWERS.includes(role))?.school
  const [open, setOpen] = useState(false)
  if (!school) return null
  return (
    <Part title={t('absences.enterTitle')}>
      {open ? <Form school={school} /> : <Button size="md" variant="default" onClick={() => setOpen(true)}>{t('absences.enterOpen')}</Button>}
    </Part>
  )
}

function Form({ school: { id, today } }: { school: { id: string; today: string } }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: EnterQuery, variables: { school: id } })
  const classes = data?.reportCardClasses ?? []
  const [chosen, choose] = useState('')
  const group = chosen || (classes[0]?.id ?? '')
  const [{ data: of }] = useQuery({ query: EnterPupilsQuery, variables: { group }, pause: !group })
  const [said, say] = useState({ child: '', from: today, to: today, reason: '' })
  const { denied, change, fetching } = useChange(SpreadAbsence)
  const [done, setDone] = useState<Spread | null>(null)
  const pupils = of?.pupils.edges.map(({ node: { id: value, name: label } }) => ({ value, label })) ?? []
  const reasons = data?.absenceReasons.map(({ id: value, name: label }) => ({ value, label })) ?? []
  const none = [{ value: '', label: '—' }]
  const save = async () => {
    setDone(null)
    setDone((await change({ input: { childId: said.child, from: said.from, to: said.to, reasonId: said.reason } })) ?? null)
  }
  if (error) return <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
  if (data && !classes.length) return <Empty>{t('absences.noClass')}</Empty>
  return (
    <form className={styles.why} onSubmit={(event) => { event.preventDefault(); void save() }}>
      {classes.length > 1 && (
        <NativeSelect
          size="md" label={t('absences.class')} value={group} data={classes.map(({ id: value, name: label }) => ({ value, label }))}
          onChange={({ currentTarget: { value } }) => { choose(value); say({ ...said, child: '' }) }}
        />
      )}
      <NativeSelect size="md" label={t('absences.pupil')} value={said.child} data={[...none, ...pupils]} onChange={({ currentTarget: { value } }) => say({ ...said, child: value })} />
      <TextInput type="date" size="md" label={t('absences.from')} value={said.from} max={today} required onChange={({ currentTarget: { value } }) => say({ ...said, from: value, to: value > said.to ? value : said.to })} />
      <TextInput type="date" size="md" label={t('absences.to')} value={said.to} min={said.from} max={today} required onChange={({ currentTarget: { value } }) => say({ ...said, to: value })} />
      <NativeSelect size="md" label={t('absences.reason')} value={said.reason} data={[...none, ...reasons]} onChange={({ currentTarget: { value } }) => say({ ...said, reason: value })} />
      <Button type="submit" size="md" loading={fetching} disabled={!said.child || !said.reason || !said.from || !said.to}>{t('absences.enter')}</Button>
      <div className={styles.told} role="status">
        <Refused denied={denied} words={{ NOT_FOUND: t('error.NOT_FOUND'), BAD_INPUT: t('absences.badReason'), TOO_MANY: t('absences.tooLong'), CLOSED: t('absences.closed') }} />
        {done && <Entered spread={done} />}
      </div>
    </form>
  )
}
