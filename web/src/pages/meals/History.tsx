import { Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useRefresh } from '../../live/Live'
import { usePaged } from '../../live/paged'
import { useChild } from '../../session/child'
import { Days, Older } from '../../shell/Days'
import { Empty, Failed, Loading } from '../../shell/states'
import { dayOf } from '../../texts/formats'
import { HistoryQuery, type History as Answer } from './Meals.graphql'
import { statementOf } from './statement'
import { TransferLine } from './TransferLine'

const historyOf = (answer: Answer) => answer.mealHistory

/** What moved on the account, by days. */
export function History() {
  const { t } = useTranslation()
  const { id, school } = useChild()
  const { page, error, again, more, fetching } = usePaged(HistoryQuery, { child: id }, historyOf)
  useRefresh(id, again)
  const lines = statementOf(page?.edges.map(({ node }) => node) ?? [])
  return (
    <Stack component="section">
      <Title order={2} size="h4">{t('meals.history')}</Title>
      {error && <Failed error={error} retry={again} />}
      {!page && !error && <Loading />}
      {page && lines.length === 0 && <Empty>{t('meals.nothing')}</Empty>}
      {page && lines.length > 0 && (
        <>
          <Days things={lines} today={school.today} dateOf={({ transfer }) => dayOf(transfer.happenedAt, school.timeZone)} keyOf={({ transfer }) => transfer.id}>
            {({ transfer, refund }) => <TransferLine transfer={transfer} refund={refund} />}
          </Days>
          <Older more={more} fetching={fetching} hasMore={page.pageInfo.hasNextPage} />
        </>
      )}
    </Stack>
  )
}
