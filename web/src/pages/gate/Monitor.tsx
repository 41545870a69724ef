import { useTranslation } from 'react-i18next'
import { usePaged } from '../../live/paged'
import { usePlaces } from '../../live/place'
import { useWatching } from '../../session/watching'
import { Days, Older } from '../../shell/Days'
import { Empty, Failed, Loading } from '../../shell/states'
import { dayOf } from '../../texts/formats'
import { type DoorTaps, DoorTapsQuery } from './Gate.graphql'
import { LinkState } from './LinkState'
import { Newest } from './Newest'
import { TapLine } from './TapLine'
import { useAwake } from './useAwake'

const tapsOf = (answer: DoorTaps) => answer.taps

/** One door as its cards are presented. A card from a gate's journal comes late and stands where it belongs, so that what was read below is read anew. */
export function Monitor({ door }: { door: string }) {
  const { t } = useTranslation()
  const { today, timeZone } = useWatching()
  const { page, error, again, anew, more, fetching } = usePaged(DoorTapsQuery, { door }, tapsOf)
  const brokenAt = usePlaces([door], (late) => (late ? anew() : again()))
  useAwake()
  const [newest, ...before] = page?.edges ?? []
  return (
    <>
      <LinkState brokenAt={brokenAt} />
      {error && !brokenAt && <Failed error={error} retry={again} />}
      {!page && !error && <Loading />}
      {page && !newest && <Empty>{t('gate.nothing')}</Empty>}
      {newest && <Newest tap={newest.node} today={today} timeZone={timeZone} />}
      <Days things={before} today={today} dateOf={({ node }) => dayOf(node.happenedAt, timeZone)} keyOf={({ cursor }) => cursor}>
        {({ node }) => <TapLine tap={node} timeZone={timeZone} />}
      </Days>
      {page && newest && <Older more={more} fetching={fetching} hasMore={page.pageInfo.hasNextPage} />}
    </>
  )
}
