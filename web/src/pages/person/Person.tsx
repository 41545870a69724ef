import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { useOffice } from '../../session/office'
import { Face } from '../../shell/Face'
import { Icon } from '../../shell/icons'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useWhat } from '../people/what'
import { Cards } from './Cards'
import { Guardians } from './Guardians'
import { Leaving } from './Leaving'
import { Login } from './Login'
import { Money } from './Money'
import { Move } from './Move'
import { type Known, PersonQuery } from './Person.graphql'
import styles from './Person.module.css'
import { Rename } from './Rename'
import { Wards } from './Wards'

/** One person of the school: what they are, who answers for them, their cards and money, and what the office does about it. */
export default function Person() {
  const { person: id } = useParams<{ person: string }>()
  const [{ data, error }, ask] = useQuery({ query: PersonQuery, variables: { id } })
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const { person } = data
  const member = person.classGroup !== null || person.position !== null
  return (
    <Stack>
      <Heading person={person} />
      <div className={styles.parts}>
        <div className={styles.column}>
          {person.classGroup && <Guardians pupil={person} />}
          {person.isGuardian && <Wards guardian={person.id} />}
          {member && <Cards person={person} changed={again} />}
          {person.classGroup && <Looks person={person} />}
        </div>
        <div className={styles.column}>
          <Login person={person} />
          {member && <Money person={person} />}
          {person.classGroup && (person.leftOn === null) && <Move person={person} changed={again} />}
          <Rename key={person.name} person={person} changed={again} />
          {member && <Leaving person={person} changed={again} />}
        </div>
      </div>
    </Stack>
  )
}

function Heading({ person }: { person: Known }) {
  const { t } = useTranslation()
  const { date } = useFormats()
  const what = useWhat()
  const { school, isOffice } = useOffice()
  const { name, leftOn } = person
  const gone = leftOn !== null && leftOn <= school.today
  const face = <Face name={name} photo={person.photo} size={72} />
  return (
    <>
      <Link href="/people" className={styles.back}><Icon name="before" size={16} />{t('office.people')}</Link>
      <div className={styles.heading}>
        {isOffice && (person.classGroup || person.position)
          ? <Link href={`/people/${person.id}/photo`} className={styles.face} aria-label={t('photo.title')} title={t('photo.title')}>{face}</Link>
          : face}
        <div>
          <Title order={1} size="h2">{name}</Title>
          <Text c="dimmed">{what(person)}, {school.shortName}</Text>
        </div>
        {leftOn && <span className={styles.tag}>{t(gone ? 'office.leftOn' : 'office.leaves', { date: date(leftOn) })}</span>}
      </div>
    </>
  )
}

function Looks({ person }: { person: Known }) {
  const { t } = useTranslation()
  return (
    <Link href={`/people/${person.id}/record`} className={styles.leading}>
      <Icon name="eye" />
      <span>
        <span className={styles.name}>{t('nav.record')}</span>
        <span className={styles.more}>{t('office.recordMeans')}</span>
      </span>
      <Icon name="after" size={16} />
    </Link>
  )
}
