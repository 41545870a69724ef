import { useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useFormats } from '../../texts/formats'
import { attended, AWAY, percent } from './figures'
import { Figures } from './Figures'
import { Panel } from './Panel'
import { Plot } from './Plot'
import { type AttendanceCounts, AttendanceFiguresQuery, type AttendanceFigures } from './Statistics.graphql'
import type { Asked } from './Statistics'

/** Who was away, and why, by day; and how each class attended. */
export function Attendance({ asked, about }: { asked: Asked; about: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: AttendanceFiguresQuery, variables: asked })
  const found = data?.attendanceFigures
  return (
    <Panel title={t('statistics.attendance')} about={about} error={error} retry={() => ask({ requestPolicy: 'network-only' })} empty={found && found.days.length === 0}>
      {() => <Told {...found!} />}
    </Panel>
  )
}

function Told({ days, classes }: AttendanceFigures) {
  const { t, i18n } = useTranslation()
  const { date } = useFormats()
  const share = useMemo(() => new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }), [i18n.language])
  const format = useCallback((value: number) => `${share.format(value)}\u00a0%`, [share])
  const ticks = useMemo(() => days.map((day) => date(day.date)), [days, date])
  const lines = useMemo(() => AWAY.map((kind) => ({ label: t(`statistics.${kind}`), values: days.map(({ counts }) => percent(counts, kind)) })), [days, t])
  const row = (name: string, counts: AttendanceCounts) => [name, format(attended(counts)), ...(['present', 'late', 'absent', 'excused'] as const).map((kind) => String(counts[kind]))]
  const head = [t('statistics.attended'), t('statistics.present'), t('statistics.late'), t('statistics.absent'), t('statistics.excused')]
  return (
    <>
      <Plot label={t('statistics.attendancePlot')} ticks={ticks} lines={lines} format={format} />
      <Figures title={t('statistics.byDay')} head={[t('statistics.day'), ...head]} rows={days.map(({ date: on, counts }) => row(date(on), counts))} />
      <Figures open title={t('statistics.byClass')} head={[t('statistics.class'), ...head]} rows={classes.map(({ classGroup, counts }) => row(classGroup.name, counts))} bars={classes.map(({ counts }) => attended(counts))} />
    </>
  )
}
