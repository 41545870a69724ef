import { Alert, Button, NativeSelect, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { FilePicker } from '../../files/FilePicker'
import { usePicked } from '../../files/usePicked'
import { useChild } from '../../session/child'
import { Failed } from '../../shell/states'
import { addDays, useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import styles from './Absence.module.css'
import { ReasonsQuery, SendNotice } from './Absence.graphql'

const WHEN = ['today', 'tomorrow', 'days'] as const
const [BACK, AHEAD, LONGEST] = [-14, 183, 31]
const BELLS = [1, 2, 3, 4, 5, 6, 7, 8]

/** A guardian tells the school that the child will be away, or was. The same notice is sent again until it is answered. */
export function Report({ sent }: { sent: () => void }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { id, givenName, school: { id: school, today } } = useChild()
  const [{ data, error }, ask] = useQuery({ query: ReasonsQuery, variables: { school } })
  const [when, setWhen] = useState<(typeof WHEN)[number]>('today')
  const [span, setSpan] = useState({ from: today, to: today })
  const [bells, setBells] = useState<readonly number[] | null>(null)
  const [reason, setReason] = useState('')
  const [words, setWords] = useState('')
  const [notice, renew] = useState(newId)
  const [told, tell] = useState('')
  const { fetching, denied, change } = useChange(SendNotice)
  const picked = usePicked(school)
  const [wanting, setWanting] = useState(false)
  const tomorrow = addDays(today, 1)
  const { from, to } = when === 'days' ? span : when === 'today' ? { from: today, to: today } : { from: tomorrow, to: tomorrow }
  const toggle = (bell: number) => setBells((before) => ((before ?? []).includes(bell) ? before!.filter((one) => one !== bell) : [...(before ?? []), bell].sort((one, other) => one - other)))
  const send = async () => {
    tell('')
    if (picked.busy || picked.failed) return setWanting(true)
    if (!(await change({ input: { id: notice, childId: id, startsOn: from, endsOn: to, bells: bells ? [...bells] : null, reasonId: reason, words, fileIds: picked.ids } }))) return
    renew(newId())
    setWords('')
    setReason('')
    setBells(null)
    setWanting(false)
    picked.clear()
    tell(t('absence.sent'))
    sent()
  }
  return (
    <Paper p="md" withBorder component="section" aria-labelledby="report">
      <form onSubmit={(event) => { event.preventDefault(); void send() }}>
        <Stack gap="sm">
          <Title order={2} size="h4" id="report">{t('absence.report')}</Title>
          {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
          <fieldset className={styles.choices}>
            <legend>{t('absence.when', { name: givenName })}</legend>
            {WHEN.map((one) => (
              <label key={one} className={styles.choice}>
                <input type="radio" name="when" checked={when === one} onChange={() => setWhen(one)} />
                <span>{one === 'days' ? t('absence.days') : `${t(`absence.${one}`)}, ${day(one === 'today' ? today : tomorrow)}`}</span>
              </label>
            ))}
          </fieldset>
          {when === 'days' && (
            <div className={styles.span}>
              <TextInput type="date" label={t('absence.from')} required min={addDays(today, BACK)} max={addDays(today, AHEAD)} value={span.from} onChange={({ currentTarget: { value } }) => setSpan(({ to: last }) => ({ from: value, to: last < value ? value : last }))} />
              <TextInput type="date" label={t('absence.to')} required min={span.from} max={addDays(span.from || today, LONGEST - 1)} value={span.to} onChange={({ currentTarget: { value } }) => setSpan((before) => ({ ...before, to: value }))} />
            </div>
          )}
          <fieldset className={styles.choices}>
            <legend>{t('absence.which')}</legend>
            <label className={styles.choice}>
              <input type="radio" name="which" checked={bells === null} onChange={() => setBells(null)} />
              <span>{t('absence.whole')}</span>
            </label>
            <label className={styles.choice}>
              <input type="radio" name="which" checked={bells !== null} onChange={() => setBells([])} />
              <span>{t('absence.some')}</span>
            </label>
            {bells && (
              <div className={styles.bells} role="group" aria-label={t('absence.bells')}>
                {BELLS.map((bell) => (
                  <button key={bell} type="button" className={styles.bell} aria-pressed={bells.includes(bell)} aria-label={t('absence.bell', { bell })} onClick={() => toggle(bell)}>{bell}</button>
                ))}
              </div>
            )}
          </fieldset>
          <NativeSelect
            size="md" label={t('absence.reason')} required value={reason} onChange={({ currentTarget: { value } }) => setReason(value)}
            data={[{ value: '', label: t('absence.choose') }, ...(data?.absenceReasons ?? []).map(({ id: value, name }) => ({ value, label: name }))]}
          />
          <Textarea size="md" label={t('absence.words')} description={t('absence.wordsHint')} maxLength={500} rows={2} value={words} onChange={({ currentTarget: { value } }) => setWords(value)} />
          <div>
            <Text size="sm" fw={500}>{t('absence.document')}</Text>
            <FilePicker picked={picked} />
            {wanting && (picked.busy || picked.failed) && <Text size="sm" role="alert" c="var(--mantine-color-error)">{t('files.wait')}</Text>}
          </div>
          <Refused denied={denied} words={{ BAD_INPUT: t('absence.badInput'), TOO_MANY: t('absence.tooMany'), NOT_FOUND: t('error.NOT_FOUND') }} />
          <Button type="submit" size="md" loading={fetching} disabled={bells?.length === 0}>{t('absence.send')}</Button>
          <div role="status">{told && <Alert color="teal"><Text size="sm">{told}</Text></Alert>}</div>
        </Stack>
      </form>
    </Paper>
  )
}
