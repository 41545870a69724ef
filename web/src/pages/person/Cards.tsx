import { Alert, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useOffice } from '../../session/office'
import { Confirm } from '../../shell/Confirm'
import { Icon } from '../../shell/icons'
import { Failed, Loading } from '../../shell/states'
import { dayOf, useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Desk } from '../desk/Desk'
import { Part } from './Part'
import { BlockPersonCard, type Card, type Known, PersonCardsQuery, UnblockCard } from './Person.graphql'
import styles from './Person.module.css'
import { Refused } from './Refused'

/** Somebody's cards: the office and the head make one useless, the office alone issues one and lets it work again. */
export function Cards({ person, changed }: { person: Known; changed: () => void }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: PersonCardsQuery, variables: { person: person.id } })
  const [doubted, setDoubted] = useState<Card | null>(null)
  const [issuing, setIssuing] = useState(false)
  const [issued, setIssued] = useState(false)
  const { isOffice } = useOffice()
  const block = useChange(BlockPersonCard)
  const unblock = useChange(UnblockCard)
  const again = () => {
    ask({ requestPolicy: 'network-only' })
    changed()
  }
  const turn = async (card: Card) => {
    setDoubted(null)
    await (card.state === 'ACTIVE' ? block : unblock).change({ card: card.id })
    again()
  }
  const blocks = doubted?.state === 'ACTIVE'
  return (
    <Part title={t('passes.cards')}>
      {!data && (error ? <Failed error={error} retry={again} /> : <Loading />)}
      {data?.cards.length === 0 && <Text size="sm" c="dimmed">{t('office.noCard')}</Text>}
      <ul className={styles.lines}>
        {data?.cards.map((card) => <OneCard key={card.id} card={card} turn={() => setDoubted(card)} />)}
      </ul>
      {issued && <Alert role="status" color="green">{t('office.issued')}</Alert>}
      {issuing && <Desk person={person} issued={() => { setIssuing(false); setIssued(true); again() }} />}
      {isOffice && !person.leftOn && (
        <Group><Button variant="default" onClick={() => { setIssued(false); setIssuing(!issuing) }}>{t(issuing ? 'office.stopIssuing' : 'office.issueCard')}</Button></Group>
      )}
      <Refused denied={block.denied ?? unblock.denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
      {doubted && (
        <Confirm
          title={t(blocks ? 'passes.blockTitle' : 'office.unblockTitle')} act={t(blocks ? 'passes.blockIt' : 'office.unblockIt')}
          onAct={() => void turn(doubted)} onCancel={() => setDoubted(null)}
        >
          <Text size="sm">{t(blocks ? 'passes.blockMeans' : 'office.unblockMeans')}</Text>
        </Confirm>
      )}
    </Part>
  )
}

function OneCard({ card: { state, issuedAt, blockedAt }, turn }: { card: Card; turn: () => void }) {
  const { t } = useTranslation()
  const { date, time } = useFormats()
  const { school: { timeZone }, isOffice } = useOffice()
  const momentOf = (at: string) => `${date(dayOf(at, timeZone))}, ${time(at, timeZone)}`
  const works = state === 'ACTIVE'
  return (
    <li className={styles.line}>
      <span className={styles.icon} data-refused={!works || undefined}><Icon name={works ? 'card' : 'stop'} size={16} /></span>
      <div className={styles.about}>
        <span className={styles.name}>{t(`passes.${state}`)}</span>
        <span className={styles.more}>
          {t('passes.issuedAt', { moment: momentOf(issuedAt) })}
          {blockedAt && `, ${t('passes.blockedAt', { moment: momentOf(blockedAt) })}`}
        </span>
      </div>
      {(works || isOffice) && <Button variant="default" size="sm" onClick={turn}>{t(works ? 'passes.block' : 'office.unblock')}</Button>}
    </li>
  )
}
