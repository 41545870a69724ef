import { Button, Group, NativeSelect, Stack, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { LedClassesQuery } from '../../session/Led.graphql'
import { useMe } from '../../session/Session'
import { Empty, Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { Attendance } from './Attendance'
import { Marks } from './Marks'
import { Meals } from './Meals'
import { type Length, LENGTHS, spanOf, turned } from './span'
import { ClassesQuery } from './Statistics.graphql'
import styles from './Statistics.module.css'

/** What all three are asked about. */
export interface Asked {
  school: string
  group: string | null
  from: string
  to: string
}

const ADMINISTRATION = ['OFFICE', 'HEAD']

/** The figures of a school for its head and office: attendance, marks and meals in some days; for a class teacher attendance and marks of the own class. */
export default function Statistics() {
  const { t } = useTranslation()
  const { grants } = useMe()
  const all = new Map(grants.filter(({ role }) => ADMINISTRATION.includes(role)).map(({ school }) => [school.id, { ...school, led: false }]))
  for (const { role, school } of grants) if (role === 'TEACHER' && !all.has(school.id)) all.set(school.id, { ...school, led: true })
  const schools = [...all.values()]
  const [chosen, choose] = useState(schools[0]?.id)
  const school = schools.find(({ id }) => id === chosen)
  return (
    <Stack>
      <Title order={1} size="h2">{t('statistics.title')}</Title>
      {schools.length > 1 && (
        <NativeSelect className={styles.choice} label={t('statistics.school')} value={chosen} data={schools.map(({ id, shortName }) => ({ value: id, label: shortName }))} onChange={({ currentTarget: { value } }) => choose(value)} />
      )}
      {!school && <Empty>{t('error.NOT_ALLOWED')}</Empty>}
      {school?.led && <OfLed key={school.id} {...school} alone={schools.length === 1} />}
      {school && !school.led && <OfWhole key={school.id} {...school} alone={schools.length === 1} />}
    </Stack>
  )
}

interface Shown {
  id: string
  shortName: string
  today: string
  /** Whether the account sees no other school's classes among its own. */
  alone: boolean
}

function OfWhole({ alone, ...school }: Shown) {
  const [{ data }] = useQuery({ query: ClassesQuery, pause: !alone })
  return <OfSchool {...school} classes={data?.classGroups ?? []} led={false} />
}

/** Of a class teacher's classes alone, and nothing of who leads none. */
function OfLed({ alone, ...school }: Shown) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: LedClassesQuery })
  if (error && !data) return <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
  if (!data) return <Loading />
  if (!data.reportCardClasses.length) return <Empty>{t('statistics.noneLed')}</Empty>
  return <OfSchool {...school} classes={alone ? data.reportCardClasses : []} led />
}

function OfSchool({ id, shortName, today, classes, led }: Omit<Shown, 'alone'> & { classes: readonly { id: string; name: string }[]; led: boolean }) {
  const { t } = useTranslation()
  const { days } = useFormats()
  const [length, take] = useState<Length>('month')
  const [to, turn] = useState(today)
  const [group, choose] = useState('')
  const asked = useMemo<Asked>(() => ({ school: id, group: group || null, ...spanOf(to, length) }), [id, group, to, length])
  const name = led && classes.length === 1 ? classes[0]!.name : classes.find((one) => one.id === group)?.name
  const whole = t(led ? 'statistics.ledClasses' : 'statistics.whole')
  const span = days(asked.from, asked.to)
  const about = `${name ? t('statistics.ofClass', { name }) : whole} · ${span}`
  return (
    <>
      <div className={styles.choices}>
        <Group gap="xs" role="group" aria-label={t('statistics.period')}>
          {(Object.keys(LENGTHS) as Length[]).map((one) => (
            <Button key={one} size="md" variant={one === length ? 'filled' : 'default'} aria-pressed={one === length} onClick={() => take(one)}>{t(`statistics.${one}`)}</Button>
          ))}
        </Group>
        <Group gap="xs">
          <Button size="md" variant="default" onClick={() => turn(turned(to, length, false, today))}>{t('statistics.earlier')}</Button>
          <Button size="md" variant="default" disabled={to >= today} onClick={() => turn(turned(to, length, true, today))}>{t('statistics.later')}</Button>
        </Group>
        {classes.length > (led ? 1 : 0) && (
          <NativeSelect
            className={styles.choice} size="md" aria-label={t('statistics.class')} value={group} onChange={({ currentTarget: { value } }) => choose(value)}
            data={[{ value: '', label: led ? whole : t('statistics.allClasses') }, ...classes.map((one) => ({ value: one.id, label: one.name }))]}
          />
        )}
      </div>
      <Text c="dimmed" aria-live="polite">{shortName} · {span}</Text>
      <Attendance asked={asked} about={about} />
      <Marks asked={asked} about={about} />
      {!led && <Meals asked={asked} about={`${whole} · ${span}`} />}
    </>
  )
}
