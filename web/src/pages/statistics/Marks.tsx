import { Title } from '@mantine/core'
import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useFormats } from '../../texts/formats'
import { countOf, marksOf, scalesOf, valuesOf } from './figures'
import { Figures } from './Figures'
import { Panel } from './Panel'
import { Plot } from './Plot'
import { type MarkCounts, type MarkFigures, MarkFiguresQuery } from './Statistics.graphql'
import type { Asked } from './Statistics'

const LOWEST = 2

/** Averages by week, and how marks are spread in each class and subject; each scale by itself. */
export function Marks({ asked, about }: { asked: Asked; about: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: MarkFiguresQuery, variables: asked })
  const found = data?.markFigures
  return (
    <Panel title={t('statistics.marks')} about={about} error={error} retry={() => ask({ requestPolicy: 'network-only' })} empty={found && found.weeks.length === 0}>
      {() => scalesOf(found!.weeks.map(({ counts }) => counts)).map((scale, _, scales) => <OfScale key={scale} scale={scales.length > 1 ? scale : null} {...of(found!, scale)} />)}
    </Panel>
  )
}

const of = ({ weeks, classes, subjects }: MarkFigures, scale: string): MarkFigures => {
  const mine = ({ counts }: { counts: MarkCounts }) => counts.scale.name === scale
  return { weeks: weeks.filter(mine), classes: classes.filter(mine), subjects: subjects.filter(mine) }
}

const labelIn = (weeks: MarkFigures['weeks'], value: number): string =>
  weeks.flatMap(({ counts }) => counts.values).find((one) => one.value === value)?.label ?? String(value)

/** `scale` is named where there are others. */
function OfScale({ scale, weeks, classes, subjects }: MarkFigures & { scale: string | null }) {
  const { t, i18n } = useTranslation()
  const { date, decimal } = useFormats()
  const places = useMemo(() => new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 }), [i18n.language])
  const format = useCallback((value: number) => places.format(value), [places])
  const ticks = useMemo(() => weeks.map(({ week }) => date(week)), [weeks, date])
  const lines = useMemo(() => [{ label: t('statistics.average'), values: weeks.map(({ counts }) => (counts.average ? Number(counts.average.decimal) : null)) }], [weeks, t])
  const range = useMemo(() => [LOWEST, Math.max(LOWEST, ...lines[0]!.values.filter((value) => value !== null))] as const, [lines])
  const values = valuesOf(weeks.map(({ counts }) => counts))
  const head = [t('statistics.average'), t('statistics.count'), ...values.map((value) => `«${labelIn(weeks, value)}»`)]
  const row = (name: string, counts: MarkCounts) => [name, counts.average ? decimal(counts.average.decimal) : '—', String(marksOf(counts)), ...values.map((value) => String(countOf(counts, value)))]
  const highest = Math.max(...values)
  const averages = weeks.some(({ counts }) => counts.average)
  const bars = (all: readonly { counts: MarkCounts }[]) => all.map(({ counts }) => (100 * Number(counts.average?.decimal ?? 0)) / highest)
  return (
    <>
      {scale !== null && <Title order={3} size="h5" mt="md">{t('statistics.scale', { scale })}</Title>}
      {averages && <Plot label={t('statistics.marksPlot')} ticks={ticks} lines={lines} range={range} format={format} />}
      <Figures title={t('statistics.byWeek')} head={[t('statistics.weekOf'), ...head]} rows={weeks.map(({ week, counts }) => row(date(week), counts))} />
      <Figures open title={t('statistics.byClass')} head={[t('statistics.class'), ...head]} rows={classes.map(({ classGroup, counts }) => row(classGroup.name, counts))} bars={bars(classes)} />
      <Figures open title={t('statistics.bySubject')} head={[t('statistics.subject'), ...head]} rows={subjects.map(({ subject, counts }) => row(subject.name, counts))} bars={bars(subjects)} />
    </>
  )
}
