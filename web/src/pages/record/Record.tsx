import { Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePaged } from '../../live/paged'
import { useChild } from '../../session/child'
import { ChildHeading } from '../../shell/ChildHeading'
import { Days, Older } from '../../shell/Days'
import { Empty, Failed, Loading } from '../../shell/states'
import { type Lines, RecordQuery } from './Record.graphql'
import styles from './Record.module.css'
import { RecordLine } from './RecordLine'

const recordOf = (answer: Lines) => answer.record

/** Who looked at a child's record, and who changed it. Not live: each look would be one more entry. */
export default function Record() {
  const { t } = useTranslation()
  const { id, school } = useChild()
  const { page, error, again, more, fetching } = usePaged(RecordQuery, { child: id }, recordOf)
  const [others, setOthers] = useState(false)
  const lines = page?.edges.filter(({ node }) => !(others && node.own)) ?? []
  return (
    <Stack>
      <ChildHeading title={t('record.title')} />
      <Text size="sm" c="dimmed">{t('record.explain')}</Text>
      <label className={styles.only}>
        <input type="checkbox" checked={others} onChange={(event) => setOthers(event.currentTarget.checked)} />
        {t('record.others')}
      </label>
      <Title order={2} size="h4">{t('record.days')}</Title>
      {error && <Failed error={error} retry={again} />}
      {!page && !error && <Loading />}
      {page && lines.length === 0 && <Empty>{t(page.pageInfo.hasNextPage ? 'record.nobodyYet' : 'record.nobody')}</Empty>}
      <Days things={lines} today={school.today} dateOf={({ node }) => node.date} keyOf={({ cursor }) => cursor}>{({ node }) => <RecordLine line={node} />}</Days>
      {page && (lines.length > 0 || page.pageInfo.hasNextPage) && <Older more={more} fetching={fetching} hasMore={page.pageInfo.hasNextPage} />}
    </Stack>
  )
}
