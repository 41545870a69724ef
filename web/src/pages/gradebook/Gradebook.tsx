import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearch } from 'wouter'
import { useTeaching } from '../../session/teaching'
import { courseName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { homeworkPath, registerPath, termsPath } from './address'
import { Sheet } from './Sheet'
import { moved, spanAround } from './span'
import { useBook } from './useBook'
import { writesIn } from './writing'

/** A course's gradebook, as a spreadsheet. */
export default function Gradebook() {
  const { t } = useTranslation()
  const { day, moment } = useFormats()
  const { course: id = '' } = useParams<{ course: string }>()
  const at = new URLSearchParams(useSearch())
  const { school, persons } = useTeaching()
  const [span, choose] = useState(() => spanAround(at.get('date') ?? school.today, school.today))
  const { book, course, error, version, old, ask } = useBook(id, span.from, span.to)
  const { from, to } = old ?? span
  const mine = persons.join(' ')
  const writes = useMemo(() => writesIn(course, book.lessons, mine.split(' ')), [book.lessons, course, mine])
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end" gap="xs">
        <div>
          <Title order={1} size="h2">{course ? courseName(course) : t('gradebook.title')}</Title>
          <Text c="dimmed" size="sm">{t('gradebook.span', { from: day(from), to: day(to) })}</Text>
        </div>
        <Group gap="xs">
          <Button variant="default" size="sm" onClick={() => choose(moved(span, false, school.today))}>{t('gradebook.earlier')}</Button>
          <Button variant="default" size="sm" disabled={span.to >= school.today} onClick={() => choose(moved(span, true, school.today))}>{t('gradebook.later')}</Button>
          <Button component={Link} href={termsPath(id)} variant="default" size="sm">{t('terms.sheet')}</Button>
          <Button component={Link} href={registerPath(id)} variant="default" size="sm">{t('registerFile.title')}</Button>
          <Button component={Link} href={homeworkPath(id)} variant="default" size="sm">{t('homework.title')}</Button>
          <Button component={Link} href="/courses" variant="default" size="sm">{t('gradebook.courses')}</Button>
        </Group>
      </Group>
      {old && <Alert role="status" color="yellow">{t('gradebook.kept', { moment: moment(old.at, school.timeZone) })}</Alert>}
      {error && <Failed error={error} retry={ask} />}
      {!course && !error && <Loading />}
      {course && (book.lessons.length && book.pupils.length
        ? <Sheet key={`${id}${span.from}`} book={book} course={course} span={{ from, to }} version={version} today={school.today} at={at.get('lesson')} writes={writes} whole={persons.includes(course.teacher?.id ?? '')} />
        : <Empty>{t('gradebook.empty')}</Empty>)}
    </Stack>
  )
}
