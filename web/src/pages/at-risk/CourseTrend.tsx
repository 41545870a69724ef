import { NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { courseName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { Part } from '../person/Part'
import { Figures } from '../statistics/Figures'
import { type CourseWeek, CourseTrendQuery, OwnCoursesQuery } from './AtRisk.graphql'

/** How often each grade was given in one of the own courses, week by week, without a pupil. */
export function CourseTrend({ from, to }: { from: string; to: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: OwnCoursesQuery })
  const courses = data?.myCourses.filter(({ scale }) => scale) ?? []
  const [chosen, choose] = useState('')
  const course = chosen || courses[0]?.id
  return (
    <Part title={t('risks.course')}>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      {data && courses.length === 0 && <Empty>{t('gradebook.noCourses')}</Empty>}
      {courses.length > 0 && (
        <NativeSelect
          maw={360} aria-label={t('risks.course')} value={course} onChange={({ currentTarget: { value } }) => choose(value)}
          data={courses.map(({ id: value, ...course }) => ({ value, label: courseName(course) }))}
        />
      )}
      {course && <Weeks key={`${course} ${from}`} course={course} from={from} to={to} />}
    </Part>
  )
}

function Weeks(asked: { course: string; from: string; to: string }) {
  const { t } = useTranslation()
  const { date, decimal } = useFormats()
  const [{ data, error }, ask] = useQuery({ query: CourseTrendQuery, variables: asked, requestPolicy: 'cache-and-network' })
  if (error) return <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
  if (!data) return <Loading />
  const { weeks } = data.courseTrend
  if (!weeks.length) return <Text size="sm" c="dimmed">{t('diary.noMarks')}</Text>
  const grades = gradesOf(weeks)
  const rows = weeks.map(({ week, average, values }) => [
    date(week), average ? decimal(average.decimal) : '—', ...grades.map(({ value }) => String(values.find((one) => one.value === value)?.count ?? 0))])
  return <Figures open title={t('statistics.byWeek')} head={[t('statistics.weekOf'), t('statistics.average'), ...grades.map(({ label }) => `«${label}»`)]} rows={rows} />
}

const gradesOf = (weeks: readonly CourseWeek[]) =>
  [...new Map(weeks.flatMap(({ values }) => values.map(({ value, label }) => [value, { value, label }] as const))).values()].sort((one, other) => one.value - other.value)
