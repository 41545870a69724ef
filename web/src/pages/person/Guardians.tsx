import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { useOffice } from '../../session/office'
import { Failed, Loading } from '../../shell/states'
import { dayOf, useFormats } from '../../texts/formats'
import { AddGuardian } from './AddGuardian'
import { AREAS } from './areas'
import { EndGuardian } from './EndGuardian'
import { Part } from './Part'
import { type Guardian, GuardiansQuery, type Known } from './Person.graphql'
import styles from './Person.module.css'
import { Restrict } from './Restrict'

type Doing = { what: 'restrict' | 'end'; guardian: Guardian } | { what: 'add' } | null

/** Who answers for a pupil, and what a court has left each of them. */
export function Guardians({ pupil }: { pupil: Known }) {
  const { t } = useTranslation()
  const { isOffice } = useOffice()
  const [{ data, error }, ask] = useQuery({ query: GuardiansQuery, variables: { pupil: pupil.id } })
  const [doing, setDoing] = useState<Doing>(null)
  const again = () => ask({ requestPolicy: 'network-only' })
  const done = () => {
    setDoing(null)
    again()
  }
  const cancel = () => setDoing(null)
  return (
    <Part title={t('office.guardians')}>
      {!data && (error ? <Failed error={error} retry={again} /> : <Loading />)}
      {data?.guardians.length === 0 && <Text size="sm" c="dimmed">{t('office.noGuardian')}</Text>}
      <ul className={styles.lines}>
        {data?.guardians.map((guardian) => (
          <li key={guardian.person.id} className={styles.line}>
            <OneGuardian guardian={guardian} />
            {isOffice && (
              <Group gap="xs">
                <Button variant="default" size="sm" onClick={() => setDoing({ what: 'restrict', guardian })}>{t('office.restrict')}</Button>
                <Button variant="default" size="sm" onClick={() => setDoing({ what: 'end', guardian })}>{t('office.end')}</Button>
              </Group>
            )}
          </li>
        ))}
      </ul>
      {isOffice && doing?.what !== 'add' && <Group><Button variant="default" onClick={() => setDoing({ what: 'add' })}>{t('office.addGuardian')}</Button></Group>}
      {doing?.what === 'add' && <AddGuardian pupil={pupil} done={done} cancel={cancel} />}
      {doing?.what === 'restrict' && <Restrict pupil={pupil} guardian={doing.guardian} done={done} cancel={cancel} />}
      {doing?.what === 'end' && <EndGuardian pupil={pupil} guardian={doing.guardian} done={done} cancel={cancel} />}
    </Part>
  )
}

function OneGuardian({ guardian: { person, relation, since, open, reason } }: { guardian: Guardian }) {
  const { t } = useTranslation()
  const { date } = useFormats()
  const { timeZone } = useOffice().school
  const closed = AREAS.filter((area) => !open.includes(area))
  return (
    <div className={styles.about}>
      <Link href={`/people/${person.id}`} className={styles.name}>{person.name}</Link>
      <span className={styles.more}>{t(`relation.${relation}`)}, {t('office.since', { date: date(dayOf(since, timeZone)) })}</span>
      {closed.length > 0 && (
        <span className={styles.closed}>
          {t('office.closed', { areas: closed.map((area) => t(`area.${area}`)).join(', ') })}
          {reason && <span className={styles.more}>{reason}</span>}
        </span>
      )}
    </div>
  )
}
