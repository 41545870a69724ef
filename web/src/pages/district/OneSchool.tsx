import { Stack, Text, Title } from '@mantine/core'
import type { CombinedError } from '@urql/core'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { Icon } from '../../shell/icons'
import { Empty, Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import styles from '../person/Person.module.css'
import { Figures } from '../statistics/Figures'
import { Panel } from '../statistics/Panel'
import { Plot } from '../statistics/Plot'
import { DistrictSchoolQuery, type OfSchool } from './District.graphql'
import { Period, usePeriod } from './Period'
import { attendedOf, averageOf, byGrade, byMonth, shareOf, sumOf } from './told'
import { useWritten } from './written'

/** A school of the district in figures: attendance, marks, entries at the gates, and meals. */
export default function OneSchool() {
  const { t } = useTranslation()
  const { school: id = '' } = useParams<{ school: string }>()
  const { months, from, to } = usePeriod()
  const [{ data: last, error, fetching, stale }, ask] = useQuery({ query: DistrictSchoolQuery, variables: { school: id, from, to } })
  const data = fetching && !stale ? undefined : last // urql keeps what was asked for before
  const one = data?.statistics.edges[0]?.node
  const shown = { error, retry: () => ask({ requestPolicy: 'network-only' }) }
  return (
    <Stack>
      <Link href={`/district?months=${months}`} className={styles.back}><Icon name="before" size={16} />{t('district.title')}</Link>
      <div>
        <Title order={1} size="h2">{one?.school.shortName ?? t('district.title')}</Title>
        {one && one.school.name !== one.school.shortName && <Text c="dimmed">{one.school.name}</Text>}
      </div>
      <Period />
      {!one && error && <Failed error={error} retry={shown.retry} />}
      {!one && !error && (data ? <Empty>{t('error.NOT_FOUND')}</Empty> : <Loading />)}
      {one && <Told key={months} one={one} {...shown} />}
    </Stack>
  )
}

/** A grade that has no pupils now, which is not one of which it is not told how many. */
const NOBODY = { pupils: 0 }

interface Asked {
  one: OfSchool
  error: CombinedError | undefined
  retry: () => void
}

function Told({ one, ...asked }: Asked) {
  const { t } = useTranslation()
  const written = useWritten()
  const months = useMemo(() => byMonth(one.months), [one])
  const grades = useMemo(() => [...new Set([...one.grades.map(({ grade }) => grade), ...byGrade(one.months).map(([grade]) => grade)])].sort((first, other) => first - other), [one])
  const inGrade = new Map(byGrade(one.months))
  const currency = one.meals.find(({ sum }) => sum !== null)?.sum?.currency
  return (
    <>
      <Attendance {...asked} months={months} />
      <Marks {...asked} months={months} />
      <Panel {...asked} title={t('district.byGrade')} about={t('district.pupilsNow', { told: written.count(one.pupils) })} empty={grades.length === 0}>
        {() => (
          <Figures
            open title={t('district.byGrade')} head={[t('district.grade'), t('statistics.attended'), t('statistics.average'), t('district.pupils'), t('district.marks')]}
            rows={grades.map((grade) => {
              const cells = inGrade.get(grade) ?? []
              return [String(grade), written.share(attendedOf(cells)), written.average(averageOf(cells)), written.count((one.grades.find((of) => of.grade === grade) ?? NOBODY).pupils), written.sum(sumOf(cells.map(({ marks }) => marks)))]
            })}
            bars={grades.map((grade) => attendedOf(inGrade.get(grade) ?? [])?.share ?? 0)}
          />
        )}
      </Panel>
      <Entries {...asked} days={one.days} />
      <Panel {...asked} title={t('statistics.meals')} about={t('district.mealsMean')} empty={one.meals.length === 0}>
        {() => (
          <Figures
            open title={t('district.byMonth')} head={[t('district.month'), t('district.sold'), t('district.sum')]}
            rows={one.meals.map(({ month, sold, sum }) => [written.month(month), written.count(sold), written.money(sumOf([sum?.minor ?? null]), currency)])}
          />
        )}
      </Panel>
      <Text size="sm" c="dimmed">{t('district.note')}</Text>
    </>
  )
}

type Monthly = Omit<Asked, 'one'> & { months: ReturnType<typeof byMonth> }

const AWAY = ['ABSENT', 'EXCUSED', 'LATE'] as const
const WORDS = { ABSENT: 'absent', EXCUSED: 'excused', LATE: 'late' } as const

/** A line needs two points. */
const drawn = (points: readonly unknown[]): boolean => points.length > 1

function Attendance({ months, ...asked }: Monthly) {
  const { t } = useTranslation()
  const written = useWritten()
  const ticks = useMemo(() => months.map(([month]) => written.month(month)), [months, written])
  const lines = useMemo(() => AWAY.map((kind) => ({ label: t(`statistics.${WORDS[kind]}`), values: months.map(([, cells]) => shareOf(cells, kind)?.share ?? null) })), [months, t])
  const percent = useCallback((share: number) => written.share({ share, atLeast: false }), [written])
  return (
    <Panel {...asked} title={t('statistics.attendance')} about={t('district.attendanceMeans')} empty={months.length === 0}>
      {() => (
        <>
          {drawn(months) && <Plot label={t('district.attendancePlot')} ticks={ticks} lines={lines} format={percent} />}
          <Figures
            open title={t('district.byMonth')} head={[t('district.month'), t('statistics.attended'), t('statistics.absent'), t('statistics.excused'), t('statistics.late')]}
            rows={months.map(([month, cells]) => [written.month(month), written.share(attendedOf(cells)), ...AWAY.map((kind) => written.share(shareOf(cells, kind)))])}
            bars={months.map(([, cells]) => attendedOf(cells)?.share ?? 0)}
          />
        </>
      )}
    </Panel>
  )
}

function Marks({ months, ...asked }: Monthly) {
  const { t } = useTranslation()
  const written = useWritten()
  const ticks = useMemo(() => months.map(([month]) => written.month(month)), [months, written])
  const format = useCallback((average: number) => written.average({ average }), [written])
  const averages = useMemo(() => months.map(([, cells]) => averageOf(cells)), [months])
  const lines = useMemo(() => [{ label: t('statistics.average'), values: averages.map((found) => found?.average ?? null) }], [averages, t])
  return (
    <Panel {...asked} title={t('statistics.marks')} about={t('district.marksMean')} empty={months.length === 0}>
      {() => (
        <>
          {drawn(averages.filter(Boolean)) && <Plot label={t('district.marksPlot')} ticks={ticks} lines={lines} format={format} />}
          <Figures
            open title={t('district.byMonth')} head={[t('district.month'), t('statistics.average'), t('district.scale'), t('district.marks')]}
            rows={months.map(([month, cells], index) => [written.month(month), written.average(averages[index]), averages[index]?.scale ?? '', written.sum(sumOf(cells.map(({ marks }) => marks)))])}
          />
        </>
      )}
    </Panel>
  )
}

function Entries({ days, ...asked }: Omit<Asked, 'one'> & { days: OfSchool['days'] }) {
  const { t } = useTranslation()
  const { date } = useFormats()
  const { count } = useWritten()
  const ticks = useMemo(() => days.map((day) => date(day.date)), [days, date])
  const lines = useMemo(() => [{ label: t('district.entries'), values: days.map(({ entries }) => entries) }], [days, t])
  const format = useCallback((value: number) => count(value), [count])
  return (
    <Panel {...asked} title={t('district.entries')} about={t('district.entriesMean')} empty={days.length === 0}>
      {() => (
        <>
          {drawn(days) && <Plot label={t('district.entriesPlot')} ticks={ticks} lines={lines} format={format} />}
          <Figures title={t('statistics.byDay')} head={[t('statistics.day'), t('district.entries')]} rows={days.map(({ date: on, entries }) => [date(on), count(entries)])} />
        </>
      )}
    </Panel>
  )
}
