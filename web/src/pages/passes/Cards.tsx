import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation, useQuery } from 'urql'
import { codeOf } from '../../api/client'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { Confirm } from '../../shell/Confirm'
import { Icon } from '../../shell/icons'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { Denial } from '../sign-in/Denial'
import type { Denied } from '../sign-in/signing'
import { BlockCard, type Card, CardsQuery } from './Passes.graphql'
import styles from './Passes.module.css'

/** The child's cards. A family makes one useless at once; only the office lets it work again. */
export function Cards() {
  const { t } = useTranslation()
  const { id } = useChild()
  const [{ data, error }, ask] = useQuery({ query: CardsQuery, variables: { child: id } })
  const [doubted, setDoubted] = useState<Card | null>(null)
  const [denied, setDenied] = useState<Denied | null>(null)
  const [, block] = useMutation(BlockCard)
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const blockIt = async ({ id: card }: Card) => {
    setDoubted(null)
    const { data: done, error: failed } = await block({ card })
    if (failed) setDenied({ code: codeOf(failed) })
    else setDenied(done?.blockCard.__typename === 'Refusal' ? done.blockCard : null)
    again()
  }
  return (
    <Paper p="md" withBorder component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">{t('passes.cards')}</Title>
        {data.cards.length === 0 && <Text size="sm" c="dimmed">{t('passes.noCard')}</Text>}
        <ul className={styles.cards}>
          {data.cards.map((card) => <OneCard key={card.id} card={card} block={() => setDoubted(card)} />)}
        </ul>
        <Denial denied={denied} />
      </Stack>
      {doubted && (
        <Confirm title={t('passes.blockTitle')} act={t('passes.blockIt')} onAct={() => blockIt(doubted)} onCancel={() => setDoubted(null)}>
          <Text size="sm">{t('passes.blockMeans')}</Text>
          <Text size="sm">{t('passes.blockLasts')}</Text>
        </Confirm>
      )}
    </Paper>
  )
}

function OneCard({ card: { state, issuedAt, blockedAt }, block }: { card: Card; block: () => void }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { timeZone } = useChild().school
  const works = state === 'ACTIVE'
  return (
    <li className={styles.card}>
      <span className={styles.icon} data-refused={!works || undefined}><Icon name={works ? 'card' : 'stop'} size={16} /></span>
      <div className={styles.about}>
        <Text fw={600}>{t(`passes.${state}`)}</Text>
        <Text size="sm" c="dimmed">
          {blockedAt ? t('passes.blockedAt', { moment: moment(blockedAt, timeZone) }) : t('passes.issuedAt', { moment: moment(issuedAt, timeZone) })}
        </Text>
        {!works && <Text size="sm" c="dimmed">{t('passes.officeUnblocks')}</Text>}
      </div>
      {works && <Group><Button variant="default" size="sm" onClick={block}>{t('passes.block')}</Button></Group>}
    </li>
  )
}
