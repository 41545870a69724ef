import { NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useSearchParams } from 'wouter'
import { useOffice } from '../../session/office'
import { Empty, Failed, Loading } from '../../shell/states'
import { ClassWeek } from './ClassWeek'
import { Planning } from './Planning'
import styles from './Timetable.module.css'
import { ClassesQuery, TimetableQuery } from './Timetable.graphql'
import { bellsOf, spanOf } from './week'

/** The weeks of the school's classes, one at a time, and the lessons that are planned from them. */
export default function Timetable() {
  const { t } = useTranslation()
  const { school } = useOffice()
  const [search, choose] = useSearchParams()
  const [done, setDone] = useState('')
  const [{ data, error }, ask] = useQuery({ query: ClassesQuery, variables: { school: school.id } })
  const classes = data?.classGroups ?? []
  const group = classes.find(({ id }) => id === search.get('class')) ?? classes[0]
  const date = search.get('date') || school.today
  const turn = (to: { class?: string; date?: string }) => choose({ class: group?.id ?? '', date, ...to }, { replace: true })
  const [{ data: found, error: failed }, again] = useQuery({
    query: TimetableQuery, variables: { group: group?.id ?? '', date }, pause: !group, requestPolicy: 'cache-and-network',
  })
  const week = found?.timetable.classGroup?.id === group?.id ? found?.timetable : undefined
  const refresh = () => again({ requestPolicy: 'network-only' })
  const usual = data?.schoolClasses.find(({ classGroup }) => classGroup.id === group?.id)?.bellScheduleId
  const bells = bellsOf(data?.bellSchedules.find(({ id }) => id === usual)?.bells, data?.bells ?? [], week?.slots ?? [])
  const terms = (data?.terms ?? []).filter(({ schoolId }) => schoolId === school.id)
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{t('timetable.title')}</Title>
        <Text c="dimmed">{t('timetable.means')}</Text>
      </div>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {failed && <Failed error={failed} retry={refresh} />}
      {((!data && !error) || (group && !week && !failed)) && <Loading />}
      {data && !group && <Empty>{t('timetable.noClasses')}</Empty>}
      {group && (
        <div className={styles.controls}>
          <NativeSelect
            size="md" label={t('timetable.class')} value={group.id} onChange={({ currentTarget: { value } }) => turn({ class: value })}
            data={classes.map(({ id, name }) => ({ value: id, label: name }))}
          />
          <TextInput size="md" type="date" label={t('timetable.date')} value={date} onChange={({ currentTarget: { value } }) => { if (value) turn({ date: value }) }} />
        </div>
      )}
      {data && group && week && (
        <>
          {bells.length === 0 ? <Empty>{t('timetable.noBells')}</Empty> : (
            <ClassWeek
              key={`week ${group.id} ${week.id}`} group={group} bells={bells} week={week} today={school.today} done={done === group.id}
              saved={(startsOn) => { setDone(group.id); if (startsOn > date) turn({ date: startsOn }); else refresh() }}
            />
          )}
          <Planning key={`plan ${group.id} ${week.startsOn}`} school={school.id} group={group} span={spanOf(terms, school.today, week.startsOn)} />
        </>
      )}
    </Stack>
  )
}
