import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { Failed, Loading } from '../../shell/states'
import type { Work } from '../../unsent/entries'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { AddWork, ChangeWork, type OwnWork, SchoolWorksQuery } from './Works.graphql'

const USUAL: readonly Work[] = ['TEST', 'CLASSWORK', 'HOMEWORK', 'ANSWER', 'EXAM']

/** The school's own kinds of work: one is added, or retired. */
export function Works({ school }: { school: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: SchoolWorksQuery, variables: { school } })
  const again = () => ask({ requestPolicy: 'network-only' })
  const retiring = useChange(ChangeWork)
  const toggle = async ({ id, name, weight, inUse }: OwnWork) => {
    await retiring.change({ input: { workId: id, name, weight, inUse: !inUse } })
    again()
  }
  return (
    <Part title={t('works.title')}>
      <Text size="sm" c="dimmed">{t('works.mean')}</Text>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      <Refused denied={retiring.denied} words={{ CONFLICT: t('works.taken') }} />
      <ul className={styles.lines}>
        {data?.ownWorks.map((work) => (
          <li key={work.id} className={styles.line}>
            <div className={styles.about}>
              {work.name}
              <span className={styles.more}>{[t(`work.${work.work}`), t('today.weight', { weight: work.weight }), !work.inUse && t('absences.retired')].filter(Boolean).join(' · ')}</span>
            </div>
            <Button variant="default" size="sm" aria-label={`${t(work.inUse ? 'absences.retire' : 'absences.reuse')}: ${work.name}`} onClick={() => void toggle(work)}>{t(work.inUse ? 'absences.retire' : 'absences.reuse')}</Button>
          </li>
        ))}
      </ul>
      <NewWork school={school} added={again} />
    </Part>
  )
}

function NewWork({ school, added }: { school: string; added: () => void }) {
  const { t } = useTranslation()
  const [id, renew] = useState(newId)
  const [name, setName] = useState('')
  const [work, setWork] = useState<Work>('TEST')
  const [weight, setWeight] = useState('1')
  const { fetching, denied, change } = useChange(AddWork)
  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!(await change({ input: { id, schoolId: school, name, work, weight: Number(weight) } }))) return
    renew(newId())
    setName('')
    added()
  }
  return (
    <form className={styles.leaving} onSubmit={(event) => void add(event)}>
      <TextInput label={t('works.name')} required maxLength={60} value={name} onChange={({ currentTarget: { value } }) => setName(value)} />
      <Group gap="xs" grow>
        <NativeSelect label={t('works.as')} data={USUAL.map((value) => ({ value, label: t(`work.${value}`) }))} value={work} onChange={({ currentTarget: { value } }) => setWork(value as Work)} />
        <TextInput label={t('works.weight')} type="number" required min={1} max={10} value={weight} onChange={({ currentTarget: { value } }) => setWeight(value)} />
      </Group>
      <Refused denied={denied} words={{ CONFLICT: t('works.taken') }} />
      <Button type="submit" variant="default" loading={fetching}>{t('works.add')}</Button>
    </form>
  )
}
