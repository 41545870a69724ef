import { Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { useMe } from '../../session/Session'
import { Beside } from '../../shell/Beside'
import { ChildTabs } from '../../shell/ChildTabs'
import { Empty, Failed, Loading } from '../../shell/states'
import { DiaryHead } from '../diary/DiaryHead'
import { AbsenceQuery } from './Absence.graphql'
import { Figures } from './Figures'
import { Notices } from './Notices'
import { Report } from './Report'
import { yearOf } from './year'

/** How a child attends, and what the school is told of absences; what becomes of it appears by itself. */
export default function Absence() {
  const { t } = useTranslation()
  const { id, open } = useChild()
  return (
    <Stack>
      <ChildTabs />
      <DiaryHead title={t('absence.title')} />
      {open.includes('DIARY') ? <OfChild key={id} /> : <Empty>{t('diary.hidden')}</Empty>}
    </Stack>
  )
}

function OfChild() {
  const { id, school } = useChild()
  const { grants } = useMe()
  const [{ data, error }, ask] = useQuery({ query: AbsenceQuery, variables: { child: id, from: yearOf(school.today), to: school.today }, requestPolicy: 'cache-and-network' })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const persons = grants.map(({ personId }) => personId)
  const reports = grants.some((grant) => grant.role === 'GUARDIAN' && grant.school.id === school.id)
  return (
    <Beside aside={reports && <Report sent={again} />}>
      <Stack>
        {error && <Failed error={error} retry={again} />}
        <Notices notices={data.absenceNotices.edges.map(({ node }) => node)} persons={persons} guards={reports} changed={again} />
        <Figures attended={data.childAttendance} />
      </Stack>
    </Beside>
  )
}
