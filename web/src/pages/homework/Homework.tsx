import { Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { ChildTabs } from '../../shell/ChildTabs'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays } from '../../texts/formats'
import { DiaryHead } from '../diary/DiaryHead'
import { byDay } from './due'
import { HomeworkQuery } from './Homework.graphql'
import { DueDay } from './DueDay'
import { HandedIn } from './handedIn'
import { Overdue } from './Overdue'

const AHEAD = 14
/** Days back in which something is overdue, by the service. */
const BEHIND = 14

/** What a child has to do: what is overdue, then the next two weeks, today's lessons included. */
export default function Homework() {
  const { t } = useTranslation()
  const { id, open } = useChild()
  return (
    <Stack>
      <ChildTabs />
      <DiaryHead title={t('diary.homeworkTitle')} />
      {open.includes('DIARY') ? <Due key={id} /> : <Empty>{t('diary.hidden')}</Empty>}
    </Stack>
  )
}

function Due() {
  const { t } = useTranslation()
  const { id, school: { today } } = useChild()
  const [{ data, error }, ask] = useQuery({ query: HomeworkQuery, variables: { child: id, since: addDays(today, -BEHIND), from: today, to: addDays(today, AHEAD) } })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  const near = new Map([[today, t('diary.today')], [addDays(today, 1), t('diary.tomorrow')]])
  const days = byDay(data?.homework ?? [])
  return (
    <HandedIn works={data?.submissions ?? []} again={again}>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data && <Overdue tasks={data.overdueHomework} />}
      {data && days.length === 0 && <Empty>{t('today.noHomework')}</Empty>}
      {days.map(({ date, homework }) => <DueDay key={date} date={date} tasks={homework} near={near.get(date)} />)}
    </HandedIn>
  )
}
