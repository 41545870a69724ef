import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { DaysForm, type NamedDays } from './DaysForm'
import { AddTerm, ChangeTerm, type Term } from './Year.graphql'

/** The school's terms and years; one that is not closed has its days changed. */
export function Terms({ school, terms, changed }: { school: string; terms: readonly Term[]; changed: () => void }) {
  const { t } = useTranslation()
  const { days } = useFormats()
  const [open, setOpen] = useState('')
  const [id, renew] = useState(newId)
  const [isYear, setYear] = useState(false)
  const adding = useChange(AddTerm)
  const add = async (term: NamedDays) => {
    if (!(await adding.change({ input: { id, schoolId: school, ...term, kind: isYear ? 'YEAR' : 'TERM' } }))) return false
    renew(newId())
    setYear(false)
    changed()
    return true
  }
  return (
    <Part title={t('year.terms')}>
      <Text size="sm" c="dimmed">{t('year.termsMean')}</Text>
      {terms.length === 0 && <Text c="dimmed">{t('terms.none')}</Text>}
      <ul className={styles.lines}>
        {terms.map((term) => (
          <li key={term.id} className={styles.line}>
            <div className={styles.about}>
              <b>{term.name}</b>
              <span className={styles.more}>
                {[days(term.startsOn, term.endsOn), term.kind === 'YEAR' && t('year.isYear'), term.closedAt && t('year.closed')].filter(Boolean).join(' · ')}
              </span>
            </div>
            {!term.closedAt && (
              <Button variant="default" size="sm" aria-expanded={open === term.id} aria-label={`${t('year.change')}: ${term.name}`} onClick={() => setOpen(open === term.id ? '' : term.id)}>{t('year.change')}</Button>
            )}
            {open === term.id && <Changed term={term} done={() => { setOpen(''); changed() }} />}
          </li>
        ))}
      </ul>
      <DaysForm key={id} act={t('year.addTerm')} fetching={adding.fetching} save={add}>
        <label className={styles.choice}>
          <input type="checkbox" checked={isYear} onChange={({ currentTarget: { checked } }) => setYear(checked)} />
          <span>{t('year.wholeYear')}</span>
        </label>
        <Refused denied={adding.denied} words={{ BAD_INPUT: t('year.badTerm') }} />
      </DaysForm>
    </Part>
  )
}

function Changed({ term, done }: { term: Term; done: () => void }) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(ChangeTerm)
  const save = async (days: NamedDays) => {
    const saved = await change({ input: { termId: term.id, ...days } })
    if (saved) done()
    return false
  }
  return (
    <DaysForm act={t('year.save')} fetching={fetching} was={{ name: term.name, startsOn: term.startsOn, endsOn: term.endsOn }} save={save}>
      <Refused denied={denied} words={{ BAD_INPUT: t('year.badChange'), CLOSED: t('year.closed') }} />
    </DaysForm>
  )
}
