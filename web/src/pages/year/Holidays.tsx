import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { newId } from '../../api/newId'
import { Confirm } from '../../shell/Confirm'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { DaysForm, type NamedDays } from './DaysForm'
import { AddHoliday, type Holiday, WithdrawHoliday } from './Year.graphql'

/** The school's holidays: days without lessons. */
export function Holidays({ school, holidays, changed }: { school: string; holidays: readonly Holiday[]; changed: () => void }) {
  const { t } = useTranslation()
  const { days } = useFormats()
  const [id, renew] = useState(newId)
  const [asked, ask] = useState<Holiday | null>(null)
  const adding = useChange(AddHoliday)
  const withdrawing = useChange(WithdrawHoliday)
  const add = async (holiday: NamedDays) => {
    if (!(await adding.change({ input: { id, schoolId: school, ...holiday } }))) return false
    renew(newId())
    changed()
    return true
  }
  const withdraw = async ({ id: gone }: Holiday) => {
    ask(null)
    await withdrawing.change({ id: gone })
    changed()
  }
  return (
    <Part title={t('year.holidays')}>
      <Text size="sm" c="dimmed">{t('year.holidaysMean')}</Text>
      {holidays.length === 0 && <Text c="dimmed">{t('year.noHolidays')}</Text>}
      <Refused denied={withdrawing.denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
      <ul className={styles.lines}>
        {holidays.map((holiday) => (
          <li key={holiday.id} className={styles.line}>
            <div className={styles.about}>
              <b>{holiday.name}</b>
              <span className={styles.more}>{days(holiday.startsOn, holiday.endsOn)}</span>
            </div>
            <Button variant="default" size="sm" aria-label={`${t('year.withdraw')}: ${holiday.name}`} onClick={() => ask(holiday)}>{t('year.withdraw')}</Button>
          </li>
        ))}
      </ul>
      <DaysForm key={id} act={t('year.addHoliday')} fetching={adding.fetching} save={add}>
        <Refused denied={adding.denied} words={{ BAD_INPUT: t('year.badHoliday') }} />
      </DaysForm>
      {asked && (
        <Confirm title={t('year.withdrawTitle', { name: asked.name })} act={t('year.withdraw')} onAct={() => void withdraw(asked)} onCancel={() => ask(null)}>
          <Text size="sm">{t('year.withdrawMeans')}</Text>
        </Confirm>
      )}
    </Part>
  )
}
