import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useOffice } from '../../session/office'
import { subjectName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays, useFormats } from '../../texts/formats'
import { Absent } from './Absent'
import { grouped, type Order } from './free'
import { Journal } from './Journal'
import { LessonForm } from './LessonForm'
import { Plan } from './Plan'
import { Said, useRoom } from './Said'
import styles from './Substitutions.module.css'
import { DayQuery, type Lesson, TeachersQuery } from './Substitutions.graphql'
import { useSubstitute } from './useSubstitute'

const ORDERS: readonly Order[] = ['class', 'teacher']
const REASONS = ['ill', 'training', 'trip'] as const

/** A school's day for its office: who is away, who comes instead, and what else is other than in the timetable. */
export default function Substitutions() {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { school } = useOffice()
  const [date, choose] = useState(school.today)
  const [order, arrange] = useState<Order>('class')
  const [away, setAway] = useState('')
  const [reason, setReason] = useState('')
  const [open, setOpen] = useState('')
  const [journal, setJournal] = useState(false)
  const reasons = useId()
  const variables = { school: school.id, date }
  const [{ data, error }, ask] = useQuery({ query: DayQuery, variables, requestPolicy: 'cache-and-network' })
  const [{ data: known, error: unknown }, askTeachers] = useQuery({ query: TeachersQuery, variables })
  const again = () => ask({ requestPolicy: 'network-only' })
  const { substitute, fetching, refused, done } = useSubstitute(again)
  const lessons = data?.dayLessons ?? []
  const teachers = known?.teachers ?? []
  const absent = teachers.find(({ person }) => person?.id === away)?.person
  const ready = reason.trim() !== ''
  const turn = (to: string) => { choose(to); setOpen('') }
  const changes = { busy: fetching, ready, teachers }
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{t('substitutions.title')}</Title>
        <Text c="dimmed" aria-live="polite">{school.shortName} · {day(date)}</Text>
      </div>
      <div className={styles.controls}>
        <div className={styles.turn}>
          <Button size="md" variant="default" onClick={() => turn(addDays(date, -1))}>{t('gradebook.earlier')}</Button>
          <TextInput type="date" size="md" label={t('substitutions.day')} value={date} onChange={({ currentTarget: { value } }) => { if (value) turn(value) }} />
          <Button size="md" variant="default" onClick={() => turn(addDays(date, 1))}>{t('gradebook.later')}</Button>
        </div>
        <div className={styles.fields}>
          <NativeSelect
            size="md" label={t('substitutions.away')} value={away} onChange={({ currentTarget }) => setAway(currentTarget.value)}
            data={[{ value: '', label: t('substitutions.nobody') }, ...teachers.flatMap(({ person }) => (person ? [{ value: person.id, label: person.name }] : []))]}
          />
          <TextInput
            size="md" label={t('substitutions.reason')} description={t('substitutions.reasonHint')} list={reasons} value={reason} maxLength={200}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          />
          <datalist id={reasons}>{REASONS.map((one) => <option key={one} value={t(`substitutions.reasons.${one}`)} />)}</datalist>
        </div>
      </div>
      <div role="status" aria-live="polite" className={styles.controls}>{done > 0 && <Alert color="green">{t('substitutions.done', { count: done })}</Alert>}</div>
      {(error ?? unknown) && <Failed error={(error ?? unknown)!} retry={() => { again(); askTeachers({ requestPolicy: 'network-only' }) }} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          {absent && (
            <div className={styles.controls}>
              <Absent key={`${absent.id} ${date}`} teacher={absent} date={date} lessons={lessons} refused={refused} {...changes} change={(all) => void substitute(all, reason.trim())} />
            </div>
          )}
          <Plan lessons={lessons} date={date} timeZone={school.timeZone} />
          <Group gap="xs" className={styles.controls}>
            {ORDERS.map((one) => <Button key={one} size="md" variant={one === order ? 'filled' : 'default'} aria-pressed={one === order} onClick={() => arrange(one)}>{t(`substitutions.by.${one}`)}</Button>)}
            <Button size="md" variant="default" onClick={() => print()}>{t('substitutions.print')}</Button>
          </Group>
          <div className={styles.controls}>
            {lessons.length === 0 && <Empty>{t('gradebook.noLessons')}</Empty>}
            <div className={styles.groups}>
              {grouped(lessons, order).map(({ name, lessons: own }) => (
                <Paper key={name} component="section" withBorder aria-label={name} className={styles.group}>
                  <Title order={2} size="h4" p="sm">{name}</Title>
                  <ol className={styles.lessons}>
                    {own.map((lesson) => (
                      <li key={lesson.id}>
                        <Line lesson={lesson} order={order} on={date} timeZone={school.timeZone} open={open === lesson.id} turn={() => setOpen(open === lesson.id ? '' : lesson.id)} />
                        {refused.has(lesson.id) && <Text role="alert" size="sm" c="red" fw={600} px="sm">{t(`substitutions.refused.${refused.get(lesson.id)!}`)}</Text>}
                        {open === lesson.id && (
                          <LessonForm key={lesson.revision} lesson={lesson} school={school.id} today={school.today} {...changes} change={(one) => void substitute([one], reason.trim()).then((all) => { if (all) setOpen('') })} />
                        )}
                        {open === lesson.id && !ready && <Text size="sm" px="sm" pb="sm">{t('substitutions.needsReason')}</Text>}
                      </li>
                    ))}
                  </ol>
                </Paper>
              ))}
            </div>
            <Button mt="md" size="md" variant="default" aria-expanded={journal} onClick={() => setJournal(!journal)}>{t('substitutions.journal')}</Button>
            {journal && <Journal key={`${date} ${done}`} school={school.id} date={date} timeZone={school.timeZone} />}
          </div>
        </>
      )}
    </Stack>
  )
}

interface LineOf {
  lesson: Lesson
  order: Order
  on: string
  timeZone: string
  open: boolean
  turn: () => void
}

/** A lesson of the day; a press opens what can be done with it. */
function Line({ lesson, order, on, timeZone, open, turn }: LineOf) {
  const { bell, teacher, classGroup, room, cancelled, date } = lesson
  const roomOf = useRoom()
  return (
    <button type="button" className={styles.line} aria-expanded={open} onClick={turn}>
      <b className={styles.bell}>{date === on ? bell : '→'}</b>
      <span className={styles.about}>
        <span data-cancelled={cancelled || date !== on || undefined}>{subjectName(lesson)}</span>
        <span className={styles.more}>{[order === 'class' ? teacher?.name : classGroup?.name, roomOf(room)].filter(Boolean).join(' · ')}</span>
        <Said lesson={lesson} on={on} timeZone={timeZone} />
      </span>
    </button>
  )
}
