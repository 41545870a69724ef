import { Alert, Button, Group, Paper, Text, TextInput, Title } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { subjectName } from '../../shell/courseName'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { Cell } from './Cell'
import styles from './Timetable.module.css'
import { type Bell, type Clash, SetTimetable, type Week } from './Timetable.graphql'
import { added, at, beginOf, daysOf, type Draft, draftsOf, hours, slotsOf } from './week'

const MONDAY = '2024-01-01'

interface Shown {
  group: { id: string; name: string }
  bells: readonly Bell[]
  week: Week
  today: string
  /** Whether it has just been saved. */
  done: boolean
  saved: (startsOn: string) => void
}

/** A class's week: days beside one another, each with its lessons from the first on, which is the way of the Tab key. */
export function ClassWeek({ group, bells, week, today, done, saved }: Shown) {
  const { t, i18n } = useTranslation()
  const { days, date } = useFormats()
  const [drafts, edit] = useState(() => draftsOf(week.slots))
  const [startsOn, begin] = useState(() => beginOf(week.startsOn, today))
  const [clashes, setClashes] = useState<ReadonlyMap<number, Clash>>(new Map())
  const [touched, touch] = useState(false)
  const { fetching, denied, change } = useChange(SetTimetable)
  const dayName = (weekday: number) => new Intl.DateTimeFormat(i18n.language, { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.parse(`${MONDAY}T12:00:00Z`) + (weekday - 1) * 86_400_000))
  const set = (next: Draft[]) => { edit(next); setClashes(new Map()); touch(true) }
  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    const answer = await change({ input: { id: newId(), classGroupId: group.id, startsOn, slots: slotsOf(drafts) } })
    if (!answer) return
    if (answer.__typename === 'TimetableClashes') {
      setClashes(new Map(answer.clashes.map((clash) => [drafts[clash.slot]!.key, clash])))
      return
    }
    touch(false)
    saved(startsOn)
  }
  const perWeek = hours(drafts)
  const divisionOf = (course: string) => week.courses.find(({ id }) => id === course)?.group?.division
  return (
    <form className={styles.form} onSubmit={(event) => void save(event)}>
      <Text c="dimmed" aria-live="polite">
        {week.startsOn === null ? t('timetable.none') : week.until === null ? t('timetable.since', { date: date(week.startsOn) }) : t('timetable.from', { days: days(week.startsOn, week.until) })}
      </Text>
      {week.courses.length === 0 && <Alert role="note" color="blue">{t('timetable.noCourses')}</Alert>}
      <div className={styles.week}>
        {daysOf(drafts).map((weekday) => (
          <Paper key={weekday} component="section" withBorder aria-label={dayName(weekday)} className={styles.day}>
            <Title order={2} size="h5" className={styles.name}>{dayName(weekday)}</Title>
            <ol className={styles.bells}>
              {bells.map((bell) => (
                <Cell
                  key={bell.number} bell={bell} day={dayName(weekday)} courses={week.courses} drafts={at(drafts, weekday, bell.number)} clashes={clashes}
                  add={(course) => set(added(drafts, course, weekday, bell.number, divisionOf))}
                  edit={(one) => set(one.courseId ? drafts.map((draft) => (draft.key === one.key ? one : draft)) : drafts.filter(({ key }) => key !== one.key))}
                />
              ))}
            </ol>
          </Paper>
        ))}
      </div>
      {perWeek.size > 0 && (
        <Text size="sm">{t('timetable.hours')} {week.courses.filter(({ id }) => perWeek.has(id)).map((course) => `${subjectName(course)} ${perWeek.get(course.id)!.toLocaleString(i18n.language)}`).join(', ')}</Text>
      )}
      <div role="status" aria-live="polite">
        {clashes.size > 0 && <Alert color="red">{t('timetable.clashes', { count: clashes.size })}</Alert>}
        {done && !touched && <Alert color="green">{t('timetable.saved')}</Alert>}
      </div>
      <Refused denied={denied} words={{ BAD_INPUT: t('timetable.bad'), NOT_FOUND: t('office.goneMeanwhile') }} />
      <Group align="flex-end">
        <TextInput size="md" type="date" required withAsterisk={false} label={t('timetable.startsOn')} value={startsOn} onChange={({ currentTarget: { value } }) => begin(value)} />
        <Button size="md" type="submit" loading={fetching}>{t('timetable.save')}</Button>
      </Group>
    </form>
  )
}
