import { Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePaged } from '../../live/paged'
import { Days, Older } from '../../shell/Days'
import { Empty, Failed, Loading } from '../../shell/states'
import { type Lines, RecordQuery } from './Record.graphql'
import styles from './Record.module.css'
import { RecordLine } from './RecordLine'

const recordOf = (answer: Lines) => answer.record

/** Who looked at a child's record, and who changed it, by the days of the school. Not live: each look would be one more entry. */
export function RecordList({ child, school }: { child: string; school: { today: string; timeZone: string } }) {
  const { t } = useTranslation()
  const { page, error, again, more, fetching } = usePaged(RecordQuery, { child }, recordOf)
  const [others, setOthers] = useState(false)
  const lines = page?.edges.filter(({ node }) => !(others && node.own)) ?? []
  return (
    <>
      <label className={styles.only}>
        <input type="checkbox" checked={others} onChange={(event) => setOthers(event.currentTarget.checked)} />
        {t('record.others')}
      </label>
      <Title order={2} size="h4">{t('record.days')}</Title>
      {error && <Failed error={error} retry={again} />}
      {!page && !error && <Loading />}
      {page && lines.length === 0 && <Empty>{t(page.pageInfo.hasNextPage ? 'record.nobodyYet' : 'record.nobody')}</Empty>}
      <Days things={lines} today={school.today} dateOf={({ node }) => node.date} keyOf={({ cursor }) => cursor}>
        {({ node }) => <RecordLine line={node} timeZone={school.timeZone} />}
      </Days>
      {page && (lines.length > 0 || page.pageInfo.hasNextPage) && <Older more={more} fetching={fetching} hasMore={page.pageInfo.hasNextPage} />}
    </>
  )
}
