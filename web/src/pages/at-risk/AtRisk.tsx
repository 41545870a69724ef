import { NativeSelect, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { usePaged } from '../../live/paged'
import { useMe } from '../../session/Session'
import { Older } from '../../shell/Days'
import { courseName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays, useFormats } from '../../texts/formats'
import styles from '../absence/Absence.module.css'
import links from '../person/Person.module.css'
import { gradebookPath } from '../gradebook/address'
import { Part } from '../person/Part'
import { type AtRiskData, AtRiskQuery, type Pupil } from './AtRisk.graphql'
import { CourseTrend } from './CourseTrend'

const LENGTHS = ['30', '90', '180'] as const
const STAFF = ['TEACHER', 'OFFICE', 'HEAD']
const pageOf = (data: AtRiskData) => data.pupilsAtRisk

/** Pupils who may need help, of the own courses, the own class or the whole school, and how the own courses go. */
export default function AtRisk() {
  const { t } = useTranslation()
  const { grants } = useMe()
  const [length, take] = useState<(typeof LENGTHS)[number]>('90')
  const schools = [...new Map(grants.filter(({ role }) => STAFF.includes(role)).map(({ school }) => [school.id, school])).values()]
  return (
    <Stack maw={860}>
      <Title order={1} size="h2">{t('risks.title')}</Title>
      <Text c="dimmed">{t('risks.rule')}</Text>
      <NativeSelect
        maw={240} label={t('risks.period')} value={length} data={LENGTHS.map((value) => ({ value, label: t('risks.days', { count: Number(value) }) }))}
        onChange={({ currentTarget: { value } }) => take(value as typeof length)}
      />
      {schools.map((school) => {
        const span = { from: addDays(school.today, 1 - Number(length)), to: school.today }
        return <OfSchool key={`${school.id} ${length}`} school={school.id} title={schools.length > 1 ? school.shortName : t('risks.pupils')} {...span} />
      })}
      {grants.some(({ role }) => role === 'TEACHER') && schools[0] && <CourseTrend from={addDays(schools[0].today, 1 - Number(length))} to={schools[0].today} />}
    </Stack>
  )
}

function OfSchool({ title, ...asked }: { title: string; school: string; from: string; to: string }) {
  const { t } = useTranslation()
  const { page, error, again, more, fetching } = usePaged(AtRiskQuery, asked, pageOf)
  return (
    <Part title={title}>
      {error && <Failed error={error} retry={again} />}
      {!page && !error && <Loading />}
      {page?.edges.length === 0 && <Empty>{t('risks.none')}</Empty>}
      <ul className={styles.lines}>{page?.edges.map(({ cursor, node }) => <Line key={cursor} pupil={node} />)}</ul>
      {page?.pageInfo.hasNextPage && <Older more={more} fetching={fetching} hasMore />}
    </Part>
  )
}

function Line({ pupil: { person, course, marks, average, recent, earlier, low, falling } }: { pupil: Pupil }) {
  const { t } = useTranslation()
  const { decimal } = useFormats()
  const why = [
    low && t('risks.low', { average: decimal(average.decimal), count: marks }),
    falling && recent && earlier && t('risks.falling', { earlier: decimal(earlier.decimal), recent: decimal(recent.decimal) }),
  ].filter(Boolean)
  return (
    <li className={styles.line}>
      <div className={styles.about}>
        <span className={styles.name}>{person.familyName} {person.givenName}</span>
        <span className={styles.more}>{why.join(' · ')}</span>
      </div>
      <Link href={gradebookPath(course.id)} className={links.link}>{courseName(course)}</Link>
    </li>
  )
}
