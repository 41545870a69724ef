import { Button, Group, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { usePlaces } from '../../live/place'
import { useOffice } from '../../session/office'
import { Icon } from '../../shell/icons'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import styles from './Desk.module.css'
import { type DeskTap, DeskTapsQuery, type Device, IssueCard } from './Desk.graphql'
import { freshOf, standingOf } from './tapped'

interface Wanted {
  desk: Device
  person: { id: string; name: string }
  issued: () => void
}

/** Waits for a card at the desk, and shows it as soon as it is tapped. */
export function Waiting({ desk, person, issued }: Wanted) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: DeskTapsQuery, variables: { desk: desk.id }, requestPolicy: 'network-only' })
  const again = () => ask({ requestPolicy: 'network-only' })
  const brokenAt = usePlaces([desk.id], again)
  const before = useRef<Set<string> | null>(null)
  if (data) before.current ??= new Set(data.deskTaps.map(({ id }) => id))
  const tap = freshOf(data?.deskTaps ?? [], before.current ?? new Set())
  return (
    <section className={styles.desk} aria-label={t('office.desk')}>
      <div role="status">
        {tap ? <Tapped tap={tap} person={person} /> : (
          <p className={styles.wait}><Icon name="card" size={28} /><span>{t('office.tap', { name: person.name, desk: desk.name })}</span></p>
        )}
      </div>
      {tap && standingOf(tap, person.id) === 'free' && <Issue key={tap.id} tap={tap} person={person} issued={issued} />}
      {!tap && <Text size="sm" c="dimmed">{t('office.tapHint')}</Text>}
      {brokenAt && <Text size="sm" role="alert">{t('office.deskSilent')}</Text>}
      {error && <Failed error={error} retry={again} />}
    </section>
  )
}

function Tapped({ tap, person }: { tap: DeskTap; person: Wanted['person'] }) {
  const { t } = useTranslation()
  const { time } = useFormats()
  const { timeZone } = useOffice().school
  const standing = standingOf(tap, person.id)
  const text =
    standing === 'free' ? t('office.cardFree')
    : standing === 'own' ? t('office.cardOwn', { name: person.name })
    : t('office.cardTaken', { name: tap.person?.name ?? '—' })
  return (
    <p className={styles.wait} data-standing={standing}>
      <Icon name={standing === 'free' ? 'card' : 'stop'} size={28} />
      <span>
        <strong>{text}</strong>
        <span className={styles.more}>{t('office.tappedAt', { time: time(tap.happenedAt, timeZone) })}{tap.state === 'BLOCKED' && ` · ${t('verdict.CARD_BLOCKED')}`}</span>
      </span>
    </p>
  )
}

/** Sent again after a lost answer, the same id issues the card once. The button has the focus: one key is enough. */
function Issue({ tap, person, issued }: { tap: DeskTap } & Pick<Wanted, 'person' | 'issued'>) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(IssueCard)
  const [id] = useState(newId)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  const issue = async () => {
    if (await change({ input: { id, personId: person.id, tapId: tap.id } })) issued()
  }
  return (
    <>
      <Group><Button ref={button} size="md" loading={fetching} onClick={() => void issue()}>{t('office.issueTo', { name: person.name })}</Button></Group>
      <Refused
        denied={denied}
        words={{ TAP_TOO_OLD: t('office.tapTooOld'), CONFLICT: t('office.cardJustTaken'), BAD_INPUT: t('office.cardUnfit'), NOT_FOUND: t('office.goneMeanwhile') }}
      />
    </>
  )
}
