import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useFormats } from '../../texts/formats'
import { takingsOf } from './figures'
import { Figures } from './Figures'
import { Panel } from './Panel'
import { Plot } from './Plot'
import { MealFiguresQuery, type TillDay } from './Statistics.graphql'
import type { Asked } from './Statistics'

/** What each till took, by day. */
export function Meals({ asked: { school, from, to }, about }: { asked: Asked; about: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: MealFiguresQuery, variables: { school, from, to } })
  const found = data?.mealFigures
  return (
    <Panel title={t('statistics.meals')} about={about} error={error} retry={() => ask({ requestPolicy: 'network-only' })} empty={found && found.length === 0}>
      {() => <Told days={found!} />}
    </Panel>
  )
}

function Told({ days }: { days: readonly TillDay[] }) {
  const { t, i18n } = useTranslation()
  const { date, money } = useFormats()
  const { dates, tills, at } = useMemo(() => takingsOf(days), [days])
  const currency = days[0]!.sum.currency
  const whole = useMemo(() => new Intl.NumberFormat(i18n.language, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', maximumFractionDigits: 0 }), [i18n.language, currency])
  const digits = useMemo(() => new Intl.NumberFormat(i18n.language, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2, [i18n.language, currency])
  const format = useCallback((value: number) => whole.format(value), [whole])
  const ticks = useMemo(() => dates.map(date), [dates, date])
  const lines = useMemo(() => tills.map(({ id, name }) => ({ label: name, values: dates.map((on) => (at(id, on)?.sum.minor ?? 0) / 10 ** digits) })), [tills, dates, at, digits])
  const head = [t('statistics.day'), ...tills.flatMap(({ name }) => [`${name}: ${t('statistics.sold')}`, `${name}: ${t('statistics.sum')}`])]
  const rows = dates.map((on) => [date(on), ...tills.flatMap(({ id }) => {
    const day = at(id, on)
    return [String(day?.sold ?? 0), money(day?.sum ?? { minor: 0, currency })]
  })])
  return (
    <>
      <Plot label={t('statistics.mealsPlot')} ticks={ticks} lines={lines} format={format} />
      <Figures title={t('statistics.byDay')} head={head} rows={rows} />
    </>
  )
}
