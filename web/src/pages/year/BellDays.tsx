import { Button, NativeSelect, Text, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { type BellDay, type Schedule, SetBellDay } from './Year.graphql'

interface Asked {
  school: string
  today: string
  /** The last day that is shown, and can be set. */
  last: string
  days: readonly BellDay[]
  schedules: readonly Schedule[]
  changed: () => void
}

const pair = ({ usualScheduleId, scheduleId }: Pick<BellDay, 'usualScheduleId' | 'scheduleId'>) => ({ usualScheduleId, scheduleId })

/** The days to come on which classes have other bells than usual. */
export function BellDays({ school, today, last, days, schedules, changed }: Asked) {
  const { t } = useTranslation()
  const { day: dayText } = useFormats()
  const [date, setDate] = useState('')
  const [usual, setUsual] = useState('')
  const [instead, setInstead] = useState('')
  const setting = useChange(SetBellDay)
  const back = useChange(SetBellDay)
  const called = (id: string | null) => (id ? schedules.find((schedule) => schedule.id === id)?.name ?? '—' : t('year.regular'))
  const choices = [{ value: '', label: t('year.regular') }, ...schedules.filter(({ closed }) => !closed).map(({ id, name }) => ({ value: id, label: name }))]
  const others = (of: { date: string; usualScheduleId: string | null }) =>
    days.filter((day) => day.date === of.date && day.usualScheduleId !== of.usualScheduleId).map(pair)
  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    const wanted = { date, usualScheduleId: usual || null, scheduleId: instead || null }
    if (!(await setting.change({ input: { schoolId: school, date, schedules: [...others(wanted), pair(wanted)] } }))) return
    setDate('')
    changed()
  }
  const takeBack = async (day: BellDay) => {
    if (await back.change({ input: { schoolId: school, date: day.date, schedules: others(day) } })) changed()
  }
  const words = {
    BAD_INPUT: t('year.badBellDay'), TEACHER_TAKEN: t('year.teacherTwice'), ROOM_TAKEN: t('year.roomTwice'), CLOSED: t('year.closed'),
    NOT_FOUND: t('office.goneMeanwhile'),
  }
  return (
    <Part title={t('year.bellDays')}>
      <Text size="sm" c="dimmed">{t('year.bellDaysMean')}</Text>
      {days.length === 0 && <Text c="dimmed">{t('year.noBellDays')}</Text>}
      <Refused denied={back.denied} words={words} />
      <ul className={styles.lines}>
        {days.map((day) => (
          <li key={`${day.date} ${day.usualScheduleId ?? ''}`} className={styles.line}>
            <div className={styles.about}>
              <b>{dayText(day.date)}</b>
              <span className={styles.more}>{called(day.usualScheduleId)} → {called(day.scheduleId)}</span>
            </div>
            <Button variant="default" size="sm" loading={back.fetching} aria-label={`${t('year.takeBack')}: ${dayText(day.date)}, ${called(day.usualScheduleId)}`} onClick={() => void takeBack(day)}>{t('year.takeBack')}</Button>
          </li>
        ))}
      </ul>
      {schedules.some(({ closed }) => !closed) && (
        <form className={styles.leaving} onSubmit={(event) => void save(event)}>
          <TextInput type="date" label={t('year.day')} required min={today} max={last} value={date} onChange={({ currentTarget }) => setDate(currentTarget.value)} />
          <NativeSelect label={t('year.classesWith')} data={choices} value={usual} onChange={({ currentTarget }) => setUsual(currentTarget.value)} />
          <NativeSelect label={t('year.haveThen')} data={choices} value={instead} onChange={({ currentTarget }) => setInstead(currentTarget.value)} />
          <Refused denied={setting.denied} words={words} />
          <div><Button type="submit" variant="default" disabled={usual === instead} loading={setting.fetching}>{t('year.setDay')}</Button></div>
        </form>
      )}
    </Part>
  )
}
