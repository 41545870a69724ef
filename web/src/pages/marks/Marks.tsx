import { Button, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { ChildTabs } from '../../shell/ChildTabs'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays } from '../../texts/formats'
import { AveragesQuery, TrendQuery } from './Marks.graphql'
import styles from './Marks.module.css'
import { Subject } from './Subject'
import { bySubject } from './subjects'
import { TermMarks } from './TermMarks'
import { useMarks } from './useMarks'

/** Days of a trend. */
const TREND = 90

/** A child's marks by subject, each with its average. */
export default function Marks() {
  const { t } = useTranslation()
  const { id, givenName, familyName, classGroup, open } = useChild()
  return (
    <Stack>
      <ChildTabs />
      <div>
        <Title order={1} size="h2">{t('diary.marks')}</Title>
        <Text c="dimmed">{givenName} {familyName}, {classGroup.name}</Text>
      </div>
      {open.includes('DIARY') ? <><Subjects key={id} /><TermMarks key={`terms ${id}`} /></> : <Empty>{t('diary.hidden')}</Empty>}
    </Stack>
  )
}

function Subjects() {
  const { t } = useTranslation()
  const { id, school } = useChild()
  const { marks, hasMore, reading, more, ...found } = useMarks(id)
  const [{ data, error: noAverages }, ask] = useQuery({ query: AveragesQuery, variables: { child: id } })
  const [{ data: trends }, askTrends] = useQuery({ query: TrendQuery, variables: { child: id, from: addDays(school.today, 1 - TREND), to: school.today } })
  const again = () => {
    askTrends({ requestPolicy: 'network-only' })
    ask({ requestPolicy: 'network-only' })
    found.again()
  }
  useRefresh(id, again)
  const error = found.error ?? noAverages
  const term = data?.terms.filter(({ schoolId, kind, startsOn }) => schoolId === school.id && kind === 'TERM' && startsOn <= school.today).at(-1)
  const subjects = data && marks ? bySubject(data.averages, marks) : null
  return (
    <>
      {error && <Failed error={error} retry={again} />}
      {!subjects && !error && <Loading />}
      {subjects?.length === 0 && <Empty>{t('diary.noMarks')}</Empty>}
      {subjects && subjects.length > 0 && (
        <>
          <Text size="sm" c="dimmed">{t('diary.averages')}</Text>
          <div className={styles.subjects}>{subjects.map((one) => <Subject key={one.id} subject={one} term={term?.id} trends={trends?.markTrend.filter(({ subject }) => subject.id === one.id) ?? []} />)}</div>
          {hasMore && <Button variant="default" loading={reading} onClick={more}>{t('diary.more')}</Button>}
        </>
      )}
    </>
  )
}
