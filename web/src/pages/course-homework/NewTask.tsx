import { Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { FilePicker } from '../../files/FilePicker'
import { usePicked } from '../../files/usePicked'
import { Empty } from '../../shell/states'
import { addDays, useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { type Course, HomeworkLoadQuery, SetHomework } from './CourseHomework.graphql'
import { DayLoad } from './DayLoad'
import { contentOf, isWhole, Says } from './Says'
import { choices, loadOf } from './task'
import { Whom } from './Whom'

interface Form {
  book: Course
  school: { id: string; today: string }
  done: () => void
  cancel: () => void
}

/** A new homework. What the day has already is told beside it; the id stays until it is set, so that asking again is harmless. */
export function NewTask({ book: { course, lessons, pupils }, school, done, cancel }: Form) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const possible = choices(lessons, school.today)
  const [id] = useState(newId)
  const [lesson, choose] = useState(possible[0])
  const [said, say] = useState({ text: '', minutes: '', links: '' })
  const [some, name] = useState<readonly string[] | null>(null)
  const [wanting, setWanting] = useState(false)
  const picked = usePicked(school.id)
  const { denied, change, fetching } = useChange(SetHomework)
  const span = { group: course.classGroup.id, school: school.id, from: school.today, to: addDays(school.today, 30) }
  const [{ data }] = useQuery({ query: HomeworkLoadQuery, variables: span, requestPolicy: 'network-only' })
  if (!lesson) return <Empty>{t('homework.noLessons')}</Empty>
  const save = async () => {
    if (!isWhole(said) || some?.length === 0 || picked.busy || picked.failed) return setWanting(true)
    if (await change({ input: { id, lessonId: lesson.id, ...contentOf(said), pupilIds: some && [...some], fileIds: picked.ids } })) done()
  }
  const hour = data?.homeworkHour?.slice(0, 5) ?? ''
  return (
    <Paper withBorder p="md" component="section" aria-label={t('homework.new')}>
      <form onSubmit={(event) => { event.preventDefault(); void save() }} noValidate>
        <Stack gap="sm">
          <Title order={2} size="h4">{t('homework.new')}</Title>
          <NativeSelect
            label={t('homework.lesson')} value={lesson.id} data={possible.map(({ id: value, date, bell }) => ({ value, label: t('homework.lessonOf', { day: day(date), bell }) }))}
            onChange={({ currentTarget: { value } }) => choose(possible.find((one) => one.id === value))}
          />
          {data && <DayLoad load={loadOf(data.homeworkLoad, lesson.date)} adds={said.minutes ? Number(said.minutes) : 0} forAll={some === null} />}
          {hour && <Text size="sm" c="dimmed">{t('homework.hour', { hour })}</Text>}
          <Says said={said} say={say} wanting={wanting} />
          <FilePicker picked={picked} />
          {wanting && (picked.busy || picked.failed) && <Text size="sm" role="alert" c="var(--mantine-color-error)">{t('files.wait')}</Text>}
          <Whom pupils={pupils.map(({ person }) => person)} some={some} name={name} wanting={wanting} />
          <Refused
            denied={denied}
            words={{ TOO_LATE: hour ? t('homework.tooLateAt', { hour }) : t('homework.tooLate'), BAD_INPUT: t('homework.badInput'), NOT_FOUND: t('homework.goneMeanwhile') }}
          />
          <Group gap="xs">
            <Button type="submit" mih={44} loading={fetching}>{t('homework.set')}</Button>
            <Button variant="default" mih={44} onClick={cancel}>{t('confirm.cancel')}</Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  )
}
