import { Alert, Group, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { newId } from '../../api/newId'
import { usePlaces } from '../../live/place'
import { Failed, Loading } from '../../shell/states'
import { type Key, placesOf } from './amount'
import { Answer, type Answered } from './Answer'
import { type Dish, EMPTY, isEmpty, itemsOf, keyed, sumOf, taken, usual } from './basket'
import { ANOTHER } from './chosen'
import { Customer } from './Customer'
import { Dishes } from './Dishes'
import { Forgotten } from './Forgotten'
import { Keypad } from './Keypad'
import { Quiet } from './Quiet'
import { Sales, useSales } from './Sales'
import { listenForTouch, sound } from './sounds'
import { missing, standingOf } from './standing'
import { Sum } from './Sum'
import type { Found, Sale, Served } from './Till.graphql'
import { useKeys } from './useKeys'
import { useTaps } from './useTaps'
import { useUnanswered } from './useUnanswered'
import { Waiting } from './Waiting'
import styles from './Till.module.css'

/** In a school that has sold nothing yet, and where nobody has money to show. */
const USUAL = 'RUB'

/** A till at work: who stands before it, what it costs, what was sold. */
export function Counter({ till, others }: { till: { id: string; name: string }; others: boolean }) {
  const { t } = useTranslation()
  const [basket, ring] = useState(EMPTY)
  const [answer, show] = useState<Answered | null>(null)
  const [looksUp, lookUp] = useState(false)
  const [found, find] = useState<Found | null>(null)
  const taps = useTaps(till.id, !isEmpty(basket))
  const sales = useSales(till.id)
  const brokenAt = usePlaces([till.id], () => {
    taps.again()
    sales.again()
  })
  const { step, trouble, add, again, forget } = useUnanswered(till.id, (asked, done) => {
    show({ step: asked, done })
    sound(done.refused ? 'refused' : 'served')
    if (asked.do === 'sell' && !done.refused) {
      ring(EMPTY)
      find(null)
      taps.sold(asked.input.tapId)
    }
    taps.again()
    sales.again()
  })
  useEffect(listenForTouch, [])
  const customer = found ? withoutCard(found) : taps.customer
  const currency = customer?.balance?.currency ?? sales.page?.edges[0]?.node.amount.currency ?? USUAL
  const places = placesOf(currency)
  const minor = sumOf(basket, places)
  const dishes = useUsual(sales.page, t('till.byHand'))
  const standing = customer && standingOf(customer)
  const pays = customer && standing !== 'refused' && standing !== 'none' && minor > 0 && missing(customer, minor) === 0
  const press = (key: Key) => {
    if (!step) ring((before) => keyed(before, key, places))
  }
  const serve = () => {
    if (!pays || step) return
    const items = itemsOf(basket, places, t('till.byHand'))
    show(null)
    add({
      do: 'sell', who: customer.person?.name ?? '', minor, currency,
      input: { id: newId(), tillId: till.id, ...(found ? { personId: found.id } : { tapId: customer.id }), items, total: { minor, currency } },
    })
  }
  const undo = ({ id, person, amount }: Pick<Sale, 'id' | 'person' | 'amount'>) => {
    show(null)
    add({ do: 'refund', who: person?.name ?? '', ...amount, input: { id: newId(), saleId: id } })
  }
  useKeys(press, serve)
  return (
    <div className={styles.page}>
      <Group justify="space-between" gap="xs">
        <Title order={1} size="h3">{till.name}</Title>
        <Group gap="xs">
          <button type="button" className={styles.other} disabled={step !== null} onClick={() => lookUp(true)}>{t('till.forgotten')}</button>
          <Quiet />
          {others && <Link href={`/till/${ANOTHER}`} className={styles.other}>{t('till.another')}</Link>}
        </Group>
      </Group>
      <div role="status">{brokenAt && <Alert color="yellow">{t('till.noNews')}</Alert>}</div>
      {taps.error && <Failed error={taps.error} retry={taps.again} />}
      <div className={styles.counter}>
        <div className={styles.who}>
          {taps.loading ? <Loading /> : <Customer customer={customer} dismiss={() => find(null)} />}
          <div className={styles.dishes}>
            <Dishes dishes={dishes} currency={currency} lines={basket.lines} disabled={step !== null} take={(dish) => ring((before) => taken(before, dish))} />
          </div>
          <Waiting
            waiting={found && taps.customer ? [...taps.waiting, taps.customer] : taps.waiting}
            choose={(tap) => {
              find(null)
              taps.choose(tap)
            }}
          />
          <Answer answer={answer} step={step} trouble={trouble} again={again} forget={forget} undo={undo} />
        </div>
        <div className={styles.what}>
          <Sum minor={minor} lines={basket.lines} currency={currency} customer={customer} />
          <Keypad press={press} disabled={step !== null} />
          <button type="button" className={styles.serve} disabled={!pays || step !== null} onClick={serve}>{t('till.serve')}</button>
        </div>
      </div>
      {looksUp && (
        <Forgotten
          till={till.id} onCancel={() => lookUp(false)}
          onFound={(one) => {
            find(one)
            lookUp(false)
          }}
        />
      )}
      <Sales sales={sales} undo={undo} busy={step !== null} />
    </div>
  )
}

const withoutCard = ({ id, name, photo, classGroup, balance, floor }: Found): Served => ({ id, state: 'READY', reason: '', balance, floor, person: { id, name, photo }, classGroup, withoutCard: true })

/** As it was when the till was opened: no button moves while the day goes on. A till that had sold nothing gets them with its first dish. */
function useUsual(page: { edges: readonly { node: Sale }[] } | null, byHand: string): readonly Dish[] {
  const [dishes, keep] = useState<readonly Dish[]>([])
  useEffect(() => {
    if (page) keep((before) => (before.length ? before : usual(page.edges.map(({ node }) => ({ items: node.items.map(({ name, price }) => ({ name, price: price.minor })) })), byHand)))
  }, [page, byHand])
  return dishes
}
