import { Button, Group, NativeSelect, Text, Textarea, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { AddScale, ChangeScale, type GradingScale, type SchoolScale, SchoolScalesQuery, SetConversion } from './Scales.graphql'
import { labelsOf, said, stepsOf } from './steps'

/** The school's grading scales, and what marks of one are on another. */
export function Scales({ school }: { school: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: SchoolScalesQuery, variables: { school } })
  const again = () => ask({ requestPolicy: 'network-only' })
  const scales = data?.schoolScales ?? []
  const [open, setOpen] = useState('')
  const scaleOf = (id: string) => scales.find(({ scale }) => scale.id === id)?.scale
  return (
    <Part title={t('scales.title')}>
      <Text size="sm" c="dimmed">{t('scales.mean')}</Text>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      <ul className={styles.lines}>
        {scales.map((one) => {
          const { scale, passMark, inUse } = one
          const conversion = data?.scaleConversions.find(({ scaleId }) => scaleId === scale.id)
          const other = conversion && scaleOf(conversion.toScaleId)
          return (
            <li key={scale.id} className={styles.line}>
              <div className={styles.about}>
                <b>{scale.name}</b>
                <span className={styles.more}>
                  {[
                    `${scale.lowest}–${scale.highest}`, scale.labels.map(({ value, label }) => `${value} ${label}`).join(', '), !scale.counts && t('scales.noAverage'),
                    passMark !== null && t('scales.passes', { mark: passMark }), !inUse && t('absences.retired'),
                  ].filter(Boolean).join(' · ')}
                </span>
                {other && <span className={styles.more}>{t('scales.on', { scale: other.name })}: {conversion.steps.map((step) => said(step, scale, other)).join(', ')}</span>}
              </div>
              <Button variant="default" size="sm" aria-expanded={open === scale.id} aria-label={`${t('scales.change')}: ${scale.name}`} onClick={() => setOpen(open === scale.id ? '' : scale.id)}>
                {t('scales.change')}
              </Button>
              {open === scale.id && <Changed one={one} done={() => { setOpen(''); again() }} />}
            </li>
          )
        })}
      </ul>
      {scales.length > 1 && <NewConversion scales={scales.map(({ scale }) => scale)} said={again} />}
      <NewScale school={school} added={again} />
    </Part>
  )
}

/** What a scale and its grades are called, from which average on one has passed, and whether new courses may have it. */
function Changed({ one: { scale, ...was }, done }: { one: SchoolScale; done: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(scale.name)
  const [labels, setLabels] = useState(scale.labels.map(({ value, label }) => `${value} ${label}`).join(', '))
  const [passMark, setPassMark] = useState(String(was.passMark ?? ''))
  const [inUse, setInUse] = useState(was.inUse)
  const { fetching, denied, change } = useChange(ChangeScale)
  const read = labelsOf(labels)
  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (read && (await change({ input: { scaleId: scale.id, name, labels: read, passMark: passMark ? Number(passMark) : null, inUse } }))) done()
  }
  return (
    <form className={styles.leaving} onSubmit={(event) => void save(event)}>
      <TextInput label={t('scales.name')} required maxLength={60} value={name} onChange={({ currentTarget: { value } }) => setName(value)} />
      <TextInput
        label={t('scales.labels')} description={t('scales.labelsHint')} value={labels} error={read ? undefined : t('scales.badLabels')}
        onChange={({ currentTarget: { value } }) => setLabels(value)}
      />
      <TextInput
        label={t('scales.passMark')} description={t('scales.passMarkMeans')} type="number" min={scale.lowest + 1} max={scale.highest} value={passMark}
        onChange={({ currentTarget: { value } }) => setPassMark(value)}
      />
      <label className={styles.choice}>
        <input type="checkbox" checked={inUse} onChange={({ currentTarget: { checked } }) => setInUse(checked)} />
        <span>{t('scales.inUse')}</span>
      </label>
      <Refused denied={denied} words={{ BAD_INPUT: t('scales.bad'), NOT_FOUND: t('office.goneMeanwhile') }} />
      <Button type="submit" variant="default" loading={fetching} disabled={!read}>{t('scales.save')}</Button>
    </form>
  )
}

function NewScale({ school, added }: { school: string; added: () => void }) {
  const { t } = useTranslation()
  const [id, renew] = useState(newId)
  const [name, setName] = useState('')
  const [lowest, setLowest] = useState('1')
  const [highest, setHighest] = useState('5')
  const [labels, setLabels] = useState('')
  const [counts, setCounts] = useState(true)
  const { fetching, denied, change } = useChange(AddScale)
  const read = labelsOf(labels)
  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!read || !(await change({ input: { id, schoolId: school, name, lowest: Number(lowest), highest: Number(highest), counts, labels: read } }))) return
    renew(newId())
    setName('')
    setLabels('')
    added()
  }
  return (
    <form className={styles.leaving} onSubmit={(event) => void add(event)}>
      <TextInput label={t('scales.name')} required maxLength={60} value={name} onChange={({ currentTarget: { value } }) => setName(value)} />
      <Group gap="xs" grow>
        <TextInput label={t('scales.lowest')} type="number" required min={0} max={999} value={lowest} onChange={({ currentTarget: { value } }) => setLowest(value)} />
        <TextInput label={t('scales.highest')} type="number" required min={1} max={1000} value={highest} onChange={({ currentTarget: { value } }) => setHighest(value)} />
      </Group>
      <TextInput
        label={t('scales.labels')} description={t('scales.labelsHint')} value={labels} error={read ? undefined : t('scales.badLabels')}
        onChange={({ currentTarget: { value } }) => setLabels(value)}
      />
      <label className={styles.choice}>
        <input type="checkbox" checked={counts} onChange={({ currentTarget: { checked } }) => setCounts(checked)} />
        <span>{t('scales.counts')}</span>
      </label>
      <Refused denied={denied} words={{ BAD_INPUT: t('scales.bad') }} />
      <Button type="submit" variant="default" loading={fetching}>{t('scales.add')}</Button>
    </form>
  )
}

function NewConversion({ scales, said: done }: { scales: readonly GradingScale[]; said: () => void }) {
  const { t } = useTranslation()
  const [from, setFrom] = useState(scales[0]!.id)
  const [to, setTo] = useState(scales[1]!.id)
  const [text, setText] = useState('')
  const { fetching, denied, change } = useChange(SetConversion)
  const [one, other] = [scales.find(({ id }) => id === from), scales.find(({ id }) => id === to)]
  const steps = one && other && one !== other ? stepsOf(text, one, other) : null
  const data = scales.map(({ id: value, name: label }) => ({ value, label }))
  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!steps || !(await change({ input: { scaleId: from, toScaleId: to, steps } }))) return
    setText('')
    done()
  }
  return (
    <form className={styles.leaving} onSubmit={(event) => void save(event)}>
      <Group gap="xs" grow>
        <NativeSelect label={t('scales.from')} data={data} value={from} onChange={({ currentTarget: { value } }) => setFrom(value)} />
        <NativeSelect label={t('scales.to')} data={data} value={to} onChange={({ currentTarget: { value } }) => setTo(value)} />
      </Group>
      <Textarea
        label={t('scales.steps')} description={t('scales.stepsHint')} autosize minRows={2} value={text} error={text.trim() && !steps ? t('scales.badSteps') : undefined}
        onChange={({ currentTarget: { value } }) => setText(value)}
      />
      <Refused denied={denied} words={{ BAD_INPUT: t('scales.badSteps') }} />
      <Button type="submit" variant="default" loading={fetching} disabled={!steps}>{t('scales.convert')}</Button>
    </form>
  )
}
