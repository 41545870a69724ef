import { useQuery } from 'urql'
import { useTranslation } from 'react-i18next'
import { useNews } from '../../live/news'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays, useFormats } from '../../texts/formats'
import { type BellDay, DiaryQuery, type DiaryDay, type Holiday } from './Diary.graphql'
import styles from './Diary.module.css'
import { SchoolDay } from './SchoolDay'
import { holidayOf, schoolDays } from './week'

/** The week that begins with this Monday; what happens in it appears by itself. */
export function Week({ monday }: { monday: string }) {
  const { t } = useTranslation()
  const { id, school } = useChild()
  const span = useFormats().days
  const [{ data, error }, ask] = useQuery({ query: DiaryQuery, variables: { child: id, from: monday, to: addDays(monday, 6) } })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  const days = schoolDays(data?.childDays ?? [])
  const holidays = data?.holidays ?? []
  const [free] = holidays.filter(({ schoolId }) => schoolId === school.id)
  return (
    <>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data && (days.length > 0 ? <Days days={days} holidays={holidays} bells={data.childBellDays} /> : <Empty>{free ? `${free.name} · ${span(free.startsOn, free.endsOn)}` : t('diary.emptyWeek')}</Empty>)}
    </>
  )
}

function Days({ days, holidays, bells }: { days: readonly DiaryDay[]; holidays: readonly Holiday[]; bells: readonly BellDay[] }) {
  const { t } = useTranslation()
  const { school } = useChild()
  const isNew = useNews(days.flatMap(({ lessons }) => lessons.flatMap(({ marks }) => marks.map(({ id }) => id))))
  const bellsOf = (date: string): string | undefined => bells.filter((one) => one.date === date).map(({ name }) => name ?? t('diary.regularBells'))[0]
  return (
    <div className={styles.week} aria-live="polite" aria-relevant="additions">
      {days.map((day) => <SchoolDay key={day.date} day={day} holiday={holidayOf(holidays, school.id, day.date)?.name} bells={bellsOf(day.date)} isNew={isNew} />)}
    </div>
  )
}
