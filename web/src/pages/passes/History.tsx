import { Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useRefresh } from '../../live/Live'
import { usePaged } from '../../live/paged'
import { useChild } from '../../session/child'
import { Days, Older } from '../../shell/Days'
import { Empty, Failed, Loading } from '../../shell/states'
import { addDays, dayOf } from '../../texts/formats'
import { atDoors, behind } from './doors'
import { DoorLine } from './DoorLine'
import { LateQuery, type Passages, PassagesQuery, type Taps, TapsQuery } from './Passes.graphql'

const LONGEST = 190
const passagesOf = (answer: Passages) => answer.passages
const tapsOf = (answer: Taps) => answer.taps

/** What happened at the doors, by days. */
export function History() {
  const { t } = useTranslation()
  const { id, school: { today, timeZone } } = useChild()
  const passages = usePaged(PassagesQuery, { child: id }, passagesOf)
  const taps = usePaged(TapsQuery, { child: id }, tapsOf)
  const [{ data: late }, askLate] = useQuery({ query: LateQuery, variables: { child: id, from: addDays(today, 1 - LONGEST), to: today } })
  const again = () => {
    passages.again()
    taps.again()
    askLate({ requestPolicy: 'network-only' })
  }
  useRefresh(id, again)
  const error = passages.error ?? taps.error
  const lists = passages.page && taps.page && { passages: passages.page, taps: taps.page }
  const told = lists ? atDoors(lists, new Map(late?.lateArrivals.map(({ passageId, minutes }) => [passageId, minutes]))) : []
  const next = lists ? behind(lists) : { passages: false, taps: false }
  const hasMore = next.passages || next.taps
  const more = () => {
    if (next.passages) passages.more()
    if (next.taps) taps.more()
  }
  return (
    <Stack component="section">
      <Title order={2} size="h4">{t('passes.history')}</Title>
      {error && <Failed error={error} retry={again} />}
      {!lists && !error && <Loading />}
      {lists && told.length === 0 && !hasMore && <Empty>{t('passes.nothing')}</Empty>}
      <Days things={told} today={today} dateOf={({ at }) => dayOf(at, timeZone)} keyOf={(one) => one.id}>{(one) => <DoorLine at={one} />}</Days>
      {(hasMore || told.length > 0) && <Older more={more} fetching={passages.fetching || taps.fetching} hasMore={hasMore} />}
    </Stack>
  )
}
