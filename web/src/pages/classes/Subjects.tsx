import { Button, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { AddSubject, ChangeSubject, type OneSubject, SubjectsQuery } from './Classes.graphql'

/** What is taught at the school: a subject is added, renamed, retired. */
export function Subjects({ school }: { school: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: SubjectsQuery, variables: { school }, requestPolicy: 'cache-and-network' })
  const again = () => ask({ requestPolicy: 'network-only' })
  const [open, setOpen] = useState<string | null>(null)
  return (
    <Part title={t('setup.subjects')}>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      <ul className={styles.lines}>
        {data?.subjects.map((subject) => (
          <li key={subject.id} className={styles.line}>
            {open === subject.id
              ? <Rename subject={subject} done={() => { setOpen(null); again() }} cancel={() => setOpen(null)} />
              : (
                <>
                  <div className={styles.about}>{subject.name}{!subject.inUse && <span className={styles.more}>{t('setup.retired')}</span>}</div>
                  <Button variant="default" size="sm" aria-label={`${t('setup.change')}: ${subject.name}`} onClick={() => setOpen(subject.id)}>{t('setup.change')}</Button>
                </>
              )}
          </li>
        ))}
      </ul>
      <NewSubject school={school} added={again} />
    </Part>
  )
}

function Rename({ subject, done, cancel }: { subject: OneSubject; done: () => void; cancel: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(subject.name)
  const { fetching, denied, change } = useChange(ChangeSubject)
  const save = async (values: { name: string; inUse: boolean }) => {
    if (await change({ input: { subjectId: subject.id, ...values } })) done()
  }
  return (
    <form className={styles.leaving} onSubmit={(event) => { event.preventDefault(); void save({ name, inUse: subject.inUse }) }}>
      <TextInput label={t('setup.subjectName')} required autoFocus maxLength={80} value={name} onChange={({ currentTarget }) => setName(currentTarget.value)} />
      <Refused denied={denied} words={{ CONFLICT: t('setup.subjectTaken') }} />
      <div className={styles.line}>
        <Button type="submit" size="sm" loading={fetching}>{t('setup.save')}</Button>
        <Button variant="default" size="sm" onClick={() => void save({ name: subject.name, inUse: !subject.inUse })}>{t(subject.inUse ? 'setup.retire' : 'setup.reuse')}</Button>
        <Button variant="default" size="sm" onClick={cancel}>{t('confirm.cancel')}</Button>
      </div>
    </form>
  )
}

function NewSubject({ school, added }: { school: string; added: () => void }) {
  const { t } = useTranslation()
  const [id, renew] = useState(newId)
  const [name, setName] = useState('')
  const { fetching, denied, change } = useChange(AddSubject)
  const add = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (!(await change({ input: { id, schoolId: school, name } }))) return
    renew(newId())
    setName('')
    added()
  }
  return (
    <form className={styles.leaving} onSubmit={(event) => void add(event)}>
      <TextInput label={t('setup.newSubject')} required maxLength={80} value={name} onChange={({ currentTarget }) => { setName(currentTarget.value); renew(newId()) }} />
      <Refused denied={denied} words={{ CONFLICT: t('setup.subjectTaken') }} />
      <div><Button type="submit" variant="default" loading={fetching}>{t('setup.addSubject')}</Button></div>
    </form>
  )
}
