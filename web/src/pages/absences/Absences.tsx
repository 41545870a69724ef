import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { usePaged } from '../../live/paged'
import { Older } from '../../shell/Days'
import { Empty, Failed, Loading } from '../../shell/states'
import { Part } from '../person/Part'
import styles from '../absence/Absence.module.css'
import { type Notice, type Received, ReceivedQuery } from './Absences.graphql'
import { Enter } from './Enter'
import { OneNotice } from './OneNotice'
import { useRefreshing } from './useRefreshing'

const pageOf = (data: Received) => data.receivedAbsenceNotices

/** What families have told the school of absences: for a class teacher of the own class, for the office of the whole school. */
export default function Absences() {
  const { t } = useTranslation()
  const waiting = usePaged(ReceivedQuery, { waiting: true }, pageOf)
  const answered = usePaged(ReceivedQuery, { waiting: false }, pageOf)
  const anew = () => {
    waiting.anew()
    answered.anew()
  }
  useRefreshing(waiting.again)
  return (
    <Stack maw={760}>
      <Title order={1} size="h2">{t('absences.title')}</Title>
      <Part title={t('absences.waiting')}>
        <Text size="sm" c="dimmed">{t('absences.waitingMeans')}</Text>
        <List {...waiting} changed={anew} empty={t('absences.noneWaiting')} />
      </Part>
      <Enter />
      <Part title={t('absences.answered')}>
        <List {...answered} changed={anew} empty={t('absences.noneAnswered')} />
      </Part>
    </Stack>
  )
}

type Listed = ReturnType<typeof usePaged<Received, { waiting: boolean }, Notice>>

function List({ page, error, again, more, fetching, changed, empty }: Listed & { changed: () => void; empty: string }) {
  if (!page) return error ? <Failed error={error} retry={again} /> : <Loading />
  return (
    <>
      {error && <Failed error={error} retry={again} />}
      {page.edges.length === 0 && <Empty>{empty}</Empty>}
      <ul className={styles.lines}>{page.edges.map(({ node }) => <OneNotice key={node.id} notice={node} changed={changed} />)}</ul>
      {page.pageInfo.hasNextPage && <Older more={more} fetching={fetching} hasMore />}
    </>
  )
}
