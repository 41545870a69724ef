import { Button, Group, NativeSelect, Stack, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useMe } from '../../session/Session'
import { Empty } from '../../shell/states'
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

/** The figures of a school for its head and office: attendance, marks and meals in some days. */
export default function Statistics() {
  const { t } = useTranslation()
  const { grants } = useMe()
  const schools = [...new Map(grants.filter(({ role }) => role === 'OFFICE' || role === 'HEAD').map(({ school }) => [school.id, school])).values()]
  const [chosen, choose] = useState(schools[0]?.id)
  const school = schools.find(({ id }) => id === chosen)
  return (
    <Stack>
      <Title order={1} size="h2">{t('statistics.title')}</Title>
      {schools.length > 1 && (
        <NativeSelect className={styles.choice} label={t('statistics.school')} value={chosen} data={schools.map(({ id, shortName }) => ({ value: id, label: shortName }))} onChange={({ currentTarget: { value } }) => choose(value)} />
      )}
      {school ? <OfSchool key={school.id} {...school} alone={schools.length === 1} /> : <Empty>{t('error.NOT_ALLOWED')}</Empty>}
    </Stack>
  )
}

/** `alone`: whether the account sees no other school's classes among its own. */
function OfSchool({ id, shortName, today, alone }: { id: string; shortName: string; today: string; alone: boolean }) {
  const { t } = useTranslation()
  const { days } = useFormats()
  const [length, take] = useState<Length>('month')
  const [to, turn] = useState(today)
  const [group, choose] = useState('')
  const [{ data }] = useQuery({ query: ClassesQuery, pause: !alone })
  const asked = useMemo<Asked>(() => ({ school: id, group: group || null, ...spanOf(to, length) }), [id, group, to, length])
  const name = data?.classGroups.find((one) => one.id === group)?.name
  const span = days(asked.from, asked.to)
  const about = `${name ? t('statistics.ofClass', { name }) : t('statistics.whole')} · ${span}`
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
        {alone && data && data.classGroups.length > 0 && (
          <NativeSelect
            className={styles.choice} size="md" aria-label={t('statistics.class')} value={group} onChange={({ currentTarget: { value } }) => choose(value)}
            data={[{ value: '', label: t('statistics.allClasses') }, ...data.classGroups.map((one) => ({ value: one.id, label: one.name }))]}
          />
        )}
      </div>
      <Text c="dimmed" aria-live="polite">{shortName} · {span}</Text>
      <Attendance asked={asked} about={about} />
      <Marks asked={asked} about={about} />
      <Meals asked={asked} about={`${t('statistics.whole')} · ${span}`} />
    </>
  )
}
