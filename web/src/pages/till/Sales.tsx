import { Button, Text } from '@mantine/core'
import type { CombinedError } from '@urql/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Page, usePaged } from '../../live/paged'
import { useMe } from '../../session/Session'
import { Confirm } from '../../shell/Confirm'
import { Days, Older } from '../../shell/Days'
import { Empty, Failed } from '../../shell/states'
import { dayOf, useFormats } from '../../texts/formats'
import { type Sale, type Sales as Answer, SalesQuery } from './Till.graphql'
import styles from './Till.module.css'

const pageOf = (data: Answer): Answer['tillSales'] => data.tillSales

interface SalesOf {
  page: Page<Sale> | null
  error: CombinedError | undefined
  again: () => void
  more: () => void
  fetching: boolean
}

export function useSales(till: string): SalesOf {
  const variables = useMemo(() => ({ till }), [till])
  return usePaged(SalesQuery, variables, pageOf)
}

/** What was sold at this till last; each can be taken back. */
export function Sales({ sales: { page, error, again, more, fetching }, undo, busy }: { sales: SalesOf; undo: (sale: Sale) => void; busy: boolean }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  const { school } = useMe().grants[0]!
  const [asked, ask] = useState<Sale | null>(null)
  return (
    <section>
      <h2 className={styles.heading}>{t('till.sales')}</h2>
      {error && <Failed error={error} retry={again} />}
      {page?.edges.length === 0 && <Empty>{t('till.noSales')}</Empty>}
      {page && page.edges.length > 0 && (
        <div className={styles.sales}>
          <Days things={page.edges} keyOf={({ cursor }) => cursor} dateOf={({ node }) => dayOf(node.happenedAt, school.timeZone)} today={school.today}>
            {({ node }) => <OneSale sale={node} timeZone={school.timeZone} busy={busy} ask={ask} />}
          </Days>
          <Older more={more} fetching={fetching} hasMore={page.pageInfo.hasNextPage} />
        </div>
      )}
      {asked && (
        <Confirm
          title={t('till.undoTitle')} act={t('till.undoIt')} onCancel={() => ask(null)}
          onAct={() => {
            undo(asked)
            ask(null)
          }}
        >
          <Text>{t('till.undoMeans', { who: asked.person?.name ?? '', sum: money(asked.amount) })}</Text>
        </Confirm>
      )}
    </section>
  )
}

function OneSale({ sale, timeZone, busy, ask }: { sale: Sale; timeZone: string; busy: boolean; ask: (sale: Sale) => void }) {
  const { t } = useTranslation()
  const { money, time } = useFormats()
  const { happenedAt, person, items, amount, refunded, withoutCard } = sale
  const name = person?.name ?? t('till.unknown')
  return (
    <div className={styles.sale}>
      <div>
        <div className={styles.buyer} data-undone={refunded || undefined}>{name}</div>
        <div className={styles.more}>{[time(happenedAt, timeZone), withoutCard && t('till.withoutCard'), ...items.map((item) => (item.quantity > 1 ? t('today.items', item) : item.name))].filter(Boolean).join(' · ')}</div>
      </div>
      <div className={styles.price} data-undone={refunded || undefined}>{money(amount)}</div>
      {refunded
        ? <span className={styles.tag}>{t('meals.takenBack')}</span>
        : <Button variant="default" size="md" mih={44} disabled={busy} aria-label={t('till.undoOf', { who: name, sum: money(amount) })} onClick={() => ask(sale)}>{t('till.undo')}</Button>}
    </div>
  )
}
