import { Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { ChildTabs } from '../../shell/ChildTabs'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays, useFormats } from '../../texts/formats'
import { Balance } from './Balance'
import { NextHomework } from './NextHomework'
import { Presence } from './Presence'
import { Timeline } from './Timeline'
import { timelineOf } from './timeline'
import { TodayQuery } from './Today.graphql'
import styles from './Today.module.css'

const AHEAD = 7

/** A child's day as one timeline; what happens appears by itself. */
export default function Today() {
  const { t } = useTranslation()
  const { day: dayText } = useFormats()
  const { id, givenName, familyName, classGroup, school, open } = useChild()
  const [diary, access, meals] = [open.includes('DIARY'), open.includes('ACCESS'), open.includes('MEALS')]
  const [{ data, error }, ask] = useQuery({
    query: TodayQuery,
    variables: { child: id, date: school.today, from: addDays(school.today, 1), to: addDays(school.today, AHEAD), diary, access, meals },
  })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  const moments = data ? timelineOf(data, school.today, school.timeZone) : []
  return (
    <Stack>
      <ChildTabs />
      <div>
        <Title order={1} size="h2">{givenName} {familyName}</Title>
        <Text c="dimmed">{classGroup.name}, {school.shortName} · {dayText(school.today)}</Text>
      </div>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data && (
        <div className={styles.columns}>
          <div className={styles.facts}>
            {data.pupilPresence && <Presence presence={data.pupilPresence} />}
            {meals && <Balance />}
          </div>
          <Paper p="md" withBorder component="section" className={styles.day} aria-labelledby="timeline">
            <Title order={2} size="h4" id="timeline" mb="sm">{t('today.timeline')}</Title>
            {moments.length ? <Timeline key={id} moments={moments} timeZone={school.timeZone} /> : <Empty>{t('today.nothing')}</Empty>}
          </Paper>
          <div className={styles.ahead}>
            {data.homework && <NextHomework homework={data.homework} />}
            {!(diary && access && meals) && <Text size="sm" c="dimmed" mt="md">{t('today.hidden')}</Text>}
          </div>
        </div>
      )}
    </Stack>
  )
}
