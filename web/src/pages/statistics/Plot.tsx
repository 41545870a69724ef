import { useComputedColorScheme } from '@mantine/core'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Line } from './figures'
import styles from './Plot.module.css'

const HEIGHT = 240
const DASHES = [[], [9, 5], [2, 4], [12, 4, 2, 4], [5, 3]]
const INKS = {
  light: { text: '#5c636a', grid: '#d9dee3', lines: ['#1864ab', '#a61e4d', '#2b6b3a', '#9c4a00', '#5f3dc4'] },
  dark: { text: '#b0b7be', grid: '#43484d', lines: ['#8cc4f5', '#faa2c1', '#8ce99a', '#ffc078', '#b197fc'] },
}

interface Props {
  label: string
  /** What stands below the points, one for each. */
  ticks: readonly string[]
  lines: readonly Line[]
  /** Where the values begin and end, if not by themselves. */
  range?: readonly [number, number]
  format: (value: number) => string
}

/** Lines over days or weeks, told apart by their strokes as well as by colour. The arrow keys and a pointer read it point by point; a table beneath has the same figures. */
export function Plot({ label, ticks, lines, range, format }: Props) {
  const scheme = useComputedColorScheme('light')
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [at, setAt] = useState<number | null>(null)
  const [low, high] = range ?? []
  const ink = INKS[scheme]
  useEffect(() => {
    const element = place.current!
    const made = new uPlot(optionsOf({ ticks, lines, format, ink: INKS[scheme], low, high, width: element.clientWidth, hear: setAt }), [ticks.map((_, index) => index), ...lines.map(({ values }) => values)], element)
    plot.current = made
    const observer = new ResizeObserver(() => void (element.clientWidth && made.setSize({ width: element.clientWidth, height: HEIGHT })))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [ticks, lines, format, low, high, scheme])
  const read = (event: KeyboardEvent) => {
    const last = ticks.length - 1
    const next = { ArrowLeft: Math.max(0, (at ?? ticks.length) - 1), ArrowRight: Math.min(last, (at ?? -1) + 1), Home: 0, End: last }[event.key]
    if (next === undefined || !plot.current) return
    event.preventDefault()
    plot.current.setCursor({ left: plot.current.valToPos(next, 'x'), top: HEIGHT / 4 })
    setAt(next)
  }
  const said = at === null || at >= ticks.length ? null : [ticks[at], ...lines.flatMap(({ label: name, values }) => (values[at] == null ? [] : [`${name} ${format(values[at])}`]))].join(' · ')
  return (
    <div className={styles.plot}>
      <ul className={styles.legend}>
        {lines.map(({ label: name }, index) => (
          <li key={name}>
            <svg aria-hidden width={34} height={12} viewBox="0 0 34 12"><line x1={1} x2={33} y1={6} y2={6} stroke={ink.lines[index % DASHES.length]} strokeWidth={3} strokeDasharray={DASHES[index % DASHES.length]!.join(' ')} /></svg>
            {name}
          </li>
        ))}
      </ul>
      <div ref={place} className={styles.canvas} role="group" aria-label={label} tabIndex={0} onKeyDown={read} onBlur={() => setAt(null)} />
      <p className={styles.said} aria-live="polite">{said}</p>
    </div>
  )
}

interface Drawing {
  ticks: readonly string[]
  lines: readonly Line[]
  format: (value: number) => string
  ink: (typeof INKS)['light']
  low: number | undefined
  high: number | undefined
  width: number
  hear: (index: number | null) => void
}

function optionsOf({ ticks, lines, format, ink, low, high, width, hear }: Drawing): uPlot.Options {
  const axis = { stroke: ink.text, grid: { stroke: ink.grid, width: 1 }, ticks: { show: false }, font: "12px 'Inter Variable', system-ui, sans-serif" }
  return {
    width, height: HEIGHT, padding: [12, 16, 0, 0], legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } },
    scales: { x: { time: false, range: (_, from, to) => [from - 0.4, to + 0.4] }, y: { range: (_, from, to) => spread(low ?? Math.min(0, from), high ?? to) } },
    axes: [
      { ...axis, size: 30, grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50], space: 62, values: (_, splits) => splits.map((index) => ticks[index] ?? '') },
      { ...axis, size: 58, space: 40, values: (_, splits) => splits.map(format) },
    ],
    series: [{}, ...lines.map((line, index) => ({
      label: line.label, stroke: ink.lines[index % DASHES.length]!, width: 2, dash: DASHES[index % DASHES.length]!, spanGaps: true,
      points: { show: true, size: 6, fill: ink.lines[index % DASHES.length]! },
    }))],
    hooks: { setCursor: [({ cursor: { idx } }) => hear(idx ?? null)] },
  }
}

/** A little room above, and something to see where all values are the same. */
const spread = (low: number, high: number): [number, number] => [low, high > low ? high + (high - low) * 0.08 : low + 1]
