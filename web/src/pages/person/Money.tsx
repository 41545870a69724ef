import { Alert, Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { codeOf } from '../../api/client'
import { newId } from '../../api/newId'
import { useOffice } from '../../session/office'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { amountOf } from './amount'
import { Part } from './Part'
import { type Known, type MealAccount, MoneyQuery, OpenMealAccount, TakeCash } from './Person.graphql'
import styles from './Person.module.css'
import { Refused } from './Refused'

/** Somebody's money for meals: how much there is; the office opens the account and takes cash. */
export function Money({ person }: { person: Known }) {
  const { t } = useTranslation()
  const { isOffice } = useOffice()
  const [{ data, error }, ask] = useQuery({ query: MoneyQuery, variables: { person: person.id } })
  const again = () => ask({ requestPolicy: 'network-only' })
  const none = !data && error && codeOf(error) === 'NOT_FOUND'
  return (
    <Part title={t('office.money')}>
      {!data && !none && (error ? <Failed error={error} retry={again} /> : <Loading />)}
      {none && <Text size="sm" c="dimmed">{t('today.noAccount')}</Text>}
      {none && isOffice && !person.leftOn && <Open person={person} done={again} />}
      {data && <Balance account={data.mealAccount} />}
      {data && isOffice && <Cash person={person} account={data.mealAccount} done={again} />}
    </Part>
  )
}

function Balance({ account: { balance, floor } }: { account: MealAccount }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  return (
    <div role="status">
      <div className={styles.sum} data-below={balance.minor < 0 || undefined}>{money(balance)}</div>
      {floor.minor < 0 && <Text size="sm" c="dimmed">{t('office.floor', { floor: money(floor) })}</Text>}
    </div>
  )
}

function Open({ person, done }: { person: Known; done: () => void }) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(OpenMealAccount)
  return (
    <>
      <Refused denied={denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
      <Group><Button variant="default" loading={fetching} onClick={async () => { if (await change({ person: person.id })) done() }}>{t('office.openAccount')}</Button></Group>
    </>
  )
}

/** Sent again after a lost answer, the same id puts the money there once. */
function Cash({ person, account, done }: { person: Known; account: MealAccount; done: () => void }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  const { fetching, denied, change } = useChange(TakeCash)
  const [id, setId] = useState(newId)
  const [typed, setTyped] = useState('')
  const [note, setNote] = useState('')
  const [taken, setTaken] = useState<string | null>(null)
  const { currency } = account.balance
  const minor = amountOf(typed)
  const take = async () => {
    setTaken(null)
    if (minor === null) return
    const answer = await change({ input: { id, childId: person.id, amount: { minor, currency }, method: 'CASH', note: note.trim() || null } })
    if (!answer) return
    setTaken(t('office.cashTaken', { sum: money({ minor, currency }) }))
    setId(newId())
    setTyped('')
    setNote('')
    done()
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); void take() }} className={styles.cash}>
      <TextInput
        label={t('office.cash')} inputMode="decimal" autoComplete="off" required value={typed} error={typed !== '' && minor === null && t('office.noAmount')}
        onChange={(event) => { setTyped(event.currentTarget.value); setId(newId()) }}
      />
      <TextInput label={t('office.note')} autoComplete="off" maxLength={200} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <Group>
        <Button type="submit" loading={fetching} disabled={minor === null}>
          {minor === null ? t('office.takeCash') : t('office.takeSum', { sum: money({ minor, currency }) })}
        </Button>
      </Group>
      {taken && <Alert role="status" color="green">{taken}</Alert>}
      <Refused denied={denied} words={{ BAD_INPUT: t('office.noAmount'), CONFLICT: t('office.cashTwice') }} />
    </form>
  )
}
