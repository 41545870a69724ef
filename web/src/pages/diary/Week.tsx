import { useQuery } from 'urql'
import { useTranslation } from 'react-i18next'
import { useNews } from '../../live/news'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays } from '../../texts/formats'
import { DiaryQuery, type DiaryDay } from './Diary.graphql'
import styles from './Diary.module.css'
import { SchoolDay } from './SchoolDay'
import { schoolDays } from './week'

/** The week that begins with this Monday; what happens in it appears by itself. */
export function Week({ monday }: { monday: string }) {
  const { t } = useTranslation()
  const { id } = useChild()
  const [{ data, error }, ask] = useQuery({ query: DiaryQuery, variables: { child: id, from: monday, to: addDays(monday, 6) } })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  const days = schoolDays(data?.childDays ?? [])
  return (
    <>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data && (days.length > 0 ? <Days days={days} /> : <Empty>{t('diary.emptyWeek')}</Empty>)}
    </>
  )
}

function Days({ days }: { days: readonly DiaryDay[] }) {
  const isNew = useNews(days.flatMap(({ lessons }) => lessons.flatMap(({ marks }) => marks.map(({ id }) => id))))
  return (
    <div className={styles.week} aria-live="polite" aria-relevant="additions">
      {days.map((day) => <SchoolDay key={day.date} day={day} isNew={isNew} />)}
    </div>
  )
}
