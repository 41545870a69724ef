import { Button, Group, Text, TextInput, UnstyledButton } from '@mantine/core'
import { type KeyboardEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { RefusalText } from '../gradebook/RefusalText'
import marked from '../marks/Marks.module.css'
import { TermMarkHistory } from '../marks/TermMarkHistory'
import { changes, shown, suggested, typed } from './decisions'
import styles from './Terms.module.css'
import { labelOf, type Scale } from '../../texts/grades'
import { DecideTermMarks, type SheetRow } from './Terms.graphql'

interface Props {
  course: string
  term: string
  /** Of a year its terms, whose marks are shown beside. */
  parts: readonly { id: string; name: string }[]
  timeZone: string
  rows: readonly SheetRow[]
  scale: Scale
  /** Whether the viewer is the one who decides. */
  open: boolean
  decided: () => void
}

/** The pupils of a course with a field for each: a digit goes on to the next, arrows move, and all that was typed is saved at once. */
export function Decisions({ course, term, parts, timeZone, rows, scale, open, decided }: Props) {
  const { t } = useTranslation()
  const { decimal } = useFormats()
  const [drafts, setDrafts] = useState<ReadonlyMap<string, string>>(new Map())
  const [failed, setFailed] = useState<ReadonlyMap<string, string>>(new Map())
  const [reason, setReason] = useState('')
  const [saved, setSaved] = useState(0)
  const { fetching, denied, change } = useChange(DecideTermMarks)
  const fields = useRef<(HTMLInputElement | null)[]>([])
  const notAssessed = t('terms.notAssessed')
  const waiting = changes(rows, drafts, scale)
  const corrects = waiting.some(({ expectedRevision }) => expectedRevision > 0)
  const type = (place: number, id: string, text: string) => {
    const value = typed(text, scale)
    const grade = typeof value === 'number' ? value : null
    setDrafts(new Map(drafts).set(id, grade !== null && scale.labels.length ? labelOf(scale, grade) : text))
    setSaved(0)
    if (scale.highest < 10 && grade !== null) fields.current[place + 1]?.focus()
  }
  const move = (place: number) => (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key]
    if (!by) return
    event.preventDefault()
    fields.current[place + by]?.focus()
  }
  const save = async () => {
    const answer = await change({ input: { courseId: course, termId: term, items: waiting.map((item) => ({ ...item, reason: reason.trim() || null })) } })
    if (!answer) return
    const refused = new Map(answer.results.flatMap((result, place) => (result.__typename === 'Refusal' ? [[waiting[place]!.pupilId, result.code] as const] : [])))
    setFailed(refused)
    setDrafts(new Map([...drafts].filter(([id]) => refused.has(id))))
    setSaved(waiting.length - refused.size)
    setReason('')
    decided()
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); void save() }}>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('terms.sheet')}>
        <table className={styles.sheet}>
          <thead>
            <tr>
              {(['pupil', 'marks', 'average', 'byAverage'] as const).map((name) => <th key={name} scope="col" className={name === 'marks' ? styles.marks : undefined}>{t(`terms.column.${name}`)}</th>)}
              {parts.map(({ id, name }) => <th key={id} scope="col">{name}</th>)}
              <th scope="col">{t('terms.column.decision')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ person, marks, average, suggestion, decision, leftOn, parts: before, elsewhere, elsewhereAverage }, place) => {
              const text = drafts.get(person.id) ?? shown(decision, notAssessed)
              const value = typed(text, scale)
              const differs = typeof value === 'number' && suggestion !== null && value !== suggestion
              const code = failed.get(person.id)
              return (
                <tr key={person.id} data-left={leftOn !== null || undefined}>
                  <th scope="row">{person.familyName} {person.givenName}</th>
                  <td className={styles.marks}>{marks}</td>
                  <td>
                    {average ? decimal(average.decimal) : '—'}
                    {elsewhere > 0 && elsewhereAverage && <small className={styles.elsewhere}>{t('terms.elsewhere', { average: decimal(elsewhereAverage.decimal), marks: elsewhere })}</small>}
                  </td>
                  <td>{suggestion === null ? '—' : labelOf(scale, suggestion)}</td>
                  {parts.map(({ id }) => <td key={id}>{before.filter(({ termId }) => termId === id).map(({ label }) => label ?? notAssessed).join(', ') || '—'}</td>)}
                  <td>
                    {open
                      ? (
                        <input
                          ref={(field) => { fields.current[place] = field }} className={styles.field} value={text} inputMode={scale.highest < 10 || scale.labels.length ? 'text' : 'numeric'} maxLength={12}
                          aria-label={t('terms.decisionOf', { name: person.name })} aria-invalid={value === 'bad' || undefined} data-changed={drafts.has(person.id) || undefined}
                          onChange={(event) => type(place, person.id, event.currentTarget.value)} onKeyDown={move(place)} onFocus={(event) => event.currentTarget.select()}
                        />
                      )
                      : <b>{text || '—'}</b>}
                    {differs && <span className={styles.differs}>{t('terms.differs')}</span>}
                    {value === 'bad' && <span className={styles.bad}>{t('terms.bad', { lowest: labelOf(scale, scale.lowest), highest: labelOf(scale, scale.highest) })}</span>}
                    {code && <RefusalText code={code} />}
                    {decision && decision.revision > 1 && <History child={person.id} course={course} term={term} revision={decision.revision} timeZone={timeZone} />}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {open && (
        <Group className={styles.acts} align="flex-end" gap="sm">
          {corrects && <TextInput label={t('gradebook.reason')} value={reason} maxLength={500} onChange={(event) => setReason(event.currentTarget.value)} />}
          <Button type="submit" loading={fetching} disabled={!waiting.length}>{waiting.length ? t('terms.save', { count: waiting.length }) : t('terms.saveAll')}</Button>
          <Button variant="default" onClick={() => setDrafts(suggested(rows, drafts, scale))}>{t('terms.fill')}</Button>
          <div role="status">
            {denied && <RefusalText code={denied.code} />}
            {saved > 0 && <Text size="sm">{t('terms.saved', { count: saved })}</Text>}
          </div>
        </Group>
      )}
    </form>
  )
}

/** What was decided before, once it is asked for. */
function History({ child, course, term, revision, timeZone }: { child: string; course: string; term: string; revision: number; timeZone: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <div>
      <UnstyledButton className={marked.changed} aria-expanded={open} onClick={() => setOpen(!open)}>{t('diary.changed')}</UnstyledButton>
      {open && <TermMarkHistory key={revision} child={child} course={course} term={term} timeZone={timeZone} />}
    </div>
  )
}
