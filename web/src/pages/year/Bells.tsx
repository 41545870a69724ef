import { Button, Group, Text } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import personStyles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { SetBells, type Bell } from './Year.graphql'
import styles from './Year.module.css'

const MOST = 20
const short = (time: string): string => time.slice(0, 5)

/** When the lessons of a day begin and end: of all of them at once. */
export function Bells({ school, bells, changed }: { school: string; bells: readonly Bell[]; changed: () => void }) {
  const { t } = useTranslation()
  const [rows, set] = useState(() => bells.map(({ number, startsAt, endsAt }) => ({ number, startsAt: short(startsAt), endsAt: short(endsAt) })))
  const { fetching, denied, change } = useChange(SetBells)
  const edit = (number: number, side: 'startsAt' | 'endsAt', value: string) => set(rows.map((row) => (row.number === number ? { ...row, [side]: value } : row)))
  const add = () => set([...rows, { number: (rows.at(-1)?.number ?? 0) + 1, startsAt: '', endsAt: '' }])
  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (await change({ input: { schoolId: school, bells: rows } })) changed()
  }
  return (
    <Part title={t('year.bells')}>
      <Text size="sm" c="dimmed">{t('year.bellsMean')}</Text>
      <form onSubmit={(event) => void save(event)}>
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
        <Refused denied={denied} words={{ BAD_INPUT: t('year.badBells') }} />
        <Group mt="sm" className={personStyles.line}>
          {rows.length < MOST && <Button variant="default" onClick={add}>{t('year.addBell')}</Button>}
          {rows.length > 0 && <Button type="submit" loading={fetching}>{t('year.saveBells')}</Button>}
        </Group>
      </form>
    </Part>
  )
}
