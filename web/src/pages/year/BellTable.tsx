import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Bell } from './Year.graphql'
import styles from './Year.module.css'

const MOST = 20
const short = (time: string): string => time.slice(0, 5)

export type Times = Bell[]

/** Bells as their table edits them: hours and minutes. */
export const timesOf = (bells: readonly Bell[]): Times => bells.map(({ number, startsAt, endsAt }) => ({ number, startsAt: short(startsAt), endsAt: short(endsAt) }))

/** When the lessons of a day begin and end. A schedule's `numbers` are those of the regular bells; these alone may become more. */
export function BellTable({ rows, set, numbers }: { rows: Times; set: (rows: Times) => void; numbers?: readonly number[] }) {
  const { t } = useTranslation()
  const edit = (number: number, side: 'startsAt' | 'endsAt', value: string) => set(rows.map((row) => (row.number === number ? { ...row, [side]: value } : row)))
  const last = rows.at(-1)?.number ?? 0
  const next = numbers ? numbers.find((number) => number > last) : last + 1
  return (
    <>
      <table className={styles.bells}>
        <thead>
          <tr>
            <th scope="col">{t('year.lesson')}</th>
            <th scope="col">{t('year.begins')}</th>
            <th scope="col">{t('year.ends')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ number, startsAt, endsAt }) => (
            <tr key={number}>
              <th scope="row">{number}</th>
              <td><input type="time" required className={styles.time} aria-label={t('year.beginOf', { number })} value={startsAt} onChange={({ currentTarget }) => edit(number, 'startsAt', currentTarget.value)} /></td>
              <td><input type="time" required className={styles.time} aria-label={t('year.endOf', { number })} value={endsAt} onChange={({ currentTarget }) => edit(number, 'endsAt', currentTarget.value)} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {next !== undefined && next <= MOST && (
        <div><Button variant="default" onClick={() => set([...rows, { number: next, startsAt: '', endsAt: '' }])}>{t('year.addBell')}</Button></div>
      )}
    </>
  )
}
