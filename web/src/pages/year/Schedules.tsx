import { Button, Group, Text, TextInput } from '@mantine/core'
import { type ReactNode, type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { Confirm } from '../../shell/Confirm'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { BellTable, type Times, timesOf } from './BellTable'
import { AddBellSchedule, type Bell, CloseBellSchedule, RenameBellSchedule, type Schedule, SetBells } from './Year.graphql'

interface Asked {
  school: string
  bells: readonly Bell[]
  schedules: readonly Schedule[]
  changed: () => void
}

/** Other hours than the regular ones: another building's, a shortened day's. */
export function Schedules({ school, bells, schedules, changed }: Asked) {
  const { t } = useTranslation()
  const [open, setOpen] = useState('')
  const [doubted, setDoubted] = useState<Schedule | null>(null)
  const [id, renew] = useState(newId)
  const adding = useChange(AddBellSchedule)
  const closing = useChange(CloseBellSchedule)
  const numbers = bells.map(({ number }) => number)
  const add = async (name: string, times: Times) => {
    if (!(await adding.change({ input: { id, schoolId: school, name, bells: times } }))) return
    renew(newId())
    setOpen('')
    changed()
  }
  const close = async (schedule: Schedule) => {
    setDoubted(null)
    if (await closing.change({ id: schedule.id })) changed()
  }
  return (
    <Part title={t('year.schedules')}>
      <Text size="sm" c="dimmed">{t('year.schedulesMean')}</Text>
      {schedules.length === 0 && <Text c="dimmed">{t('year.noSchedules')}</Text>}
      <Refused denied={closing.denied} words={{ BAD_INPUT: t('year.scheduleInUse'), NOT_FOUND: t('office.goneMeanwhile') }} />
      <ul className={styles.lines}>
        {schedules.map((schedule) => (
          <li key={schedule.id} className={styles.line}>
            <div className={styles.about}>
              <b>{schedule.name}</b>
              <span className={styles.more}>{span(schedule.bells)}</span>
            </div>
            <Button variant="default" size="sm" aria-expanded={open === schedule.id} aria-label={`${t('year.change')}: ${schedule.name}`} onClick={() => setOpen(open === schedule.id ? '' : schedule.id)}>{t('year.change')}</Button>
            <Button variant="default" size="sm" loading={closing.fetching} aria-label={`${t('year.closeSchedule')}: ${schedule.name}`} onClick={() => setDoubted(schedule)}>{t('year.closeSchedule')}</Button>
            {open === schedule.id && <Changed school={school} schedule={schedule} numbers={numbers} done={() => { setOpen(''); changed() }} cancel={() => setOpen('')} />}
          </li>
        ))}
      </ul>
      {open === 'new' ? (
        <Form
          act={t('year.addSchedule')} fetching={adding.fetching} was={{ name: '', times: timesOf(bells) }} numbers={numbers} save={(name, times) => void add(name, times)}
          altered={() => renew(newId())} cancel={() => setOpen('')}
        >
          <Refused denied={adding.denied} words={{ BAD_INPUT: t('year.badBells') }} />
        </Form>
      ) : bells.length > 0 && <div><Button variant="default" onClick={() => setOpen('new')}>{t('year.newSchedule')}</Button></div>}
      {doubted && (
        <Confirm title={t('year.closeSchedule')} act={t('year.closeSchedule')} onAct={() => void close(doubted)} onCancel={() => setDoubted(null)}>
          <Text fw={600}>{doubted.name}</Text>
          <Text size="sm">{t('year.closeMeans')}</Text>
        </Confirm>
      )}
    </Part>
  )
}

function span(bells: readonly Bell[]): string {
  const [first, last] = [bells.at(0), bells.at(-1)]
  return first && last ? `${first.number}–${last.number} · ${first.startsAt.slice(0, 5)}–${last.endsAt.slice(0, 5)}` : ''
}

function Changed({ school, schedule: { id, name: was, bells }, numbers, done, cancel }: { school: string; schedule: Schedule; numbers: readonly number[]; done: () => void; cancel: () => void }) {
  const { t } = useTranslation()
  const setting = useChange(SetBells)
  const renaming = useChange(RenameBellSchedule)
  const save = async (name: string, times: Times) => {
    if (name !== was && !(await renaming.change({ id, name }))) return
    if (await setting.change({ input: { schoolId: school, scheduleId: id, bells: times } })) done()
  }
  return (
    <Form act={t('year.save')} fetching={setting.fetching || renaming.fetching} was={{ name: was, times: timesOf(bells) }} numbers={numbers} save={(name, times) => void save(name, times)} cancel={cancel}>
      <Refused denied={renaming.denied ?? setting.denied} words={{
        BAD_INPUT: t('year.badBells'), TEACHER_TAKEN: t('year.teacherTwice'), ROOM_TAKEN: t('year.roomTwice'), NOT_FOUND: t('office.goneMeanwhile'), CLOSED: t('office.goneMeanwhile'),
      }} />
    </Form>
  )
}

interface Filled {
  act: string
  fetching: boolean
  was: { name: string; times: Times }
  numbers: readonly number[]
  save: (name: string, times: Times) => void
  /** What is to be saved is something else now. */
  altered?: () => void
  cancel: () => void
  children: ReactNode
}

/** A schedule's name and its bells. */
function Form({ act, fetching, was, numbers, save, altered, cancel, children }: Filled) {
  const { t } = useTranslation()
  const [name, setName] = useState(was.name)
  const [times, setTimes] = useState(was.times)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    save(name, times)
  }
  return (
    <form className={styles.leaving} onSubmit={submit}>
      <TextInput label={t('year.name')} required maxLength={60} value={name} onChange={({ currentTarget }) => { setName(currentTarget.value); altered?.() }} />
      <BellTable rows={times} set={(rows) => { setTimes(rows); altered?.() }} numbers={numbers} />
      {children}
      <Group>
        <Button type="submit" variant="default" loading={fetching}>{act}</Button>
        <Button variant="subtle" onClick={cancel}>{t('confirm.cancel')}</Button>
      </Group>
    </form>
  )
}
