import { Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOffice } from '../../session/office'
import { Confirm } from '../../shell/Confirm'
import { addDays, useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Part } from './Part'
import { EndPupil, EndStaff, type Known } from './Person.graphql'
import styles from './Person.module.css'
import { Refused } from './Refused'

const EARLIEST = -31
const LATEST = 366

/** The first day on which somebody is no pupil, or none of the staff, any more: the office says it, and corrects it. Nobody ends their own work. */
export function Leaving({ person, changed }: { person: Known; changed: () => void }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { school: { today }, isOffice, self } = useOffice()
  const pupil = person.classGroup !== null
  const ends = { pupil: useChange(EndPupil), staff: useChange(EndStaff) }
  const [on, setOn] = useState(person.leftOn ?? today)
  const [asked, setAsked] = useState(false)
  if (!isOffice || (!pupil && self.includes(person.id))) return null
  const kind = pupil ? 'pupil' : 'staff'
  const end = ends[kind]
  const save = async () => {
    if (!(await end.change({ input: { personId: person.id, on } }))) return
    setAsked(false)
    changed()
  }
  const [earliest, latest] = [addDays(today, EARLIEST), addDays(today, LATEST)]
  return (
    <Part title={t(`office.leaving.${kind}`)}>
      <Text size="sm" c="dimmed">{t(`office.leavingMeans.${kind}`)}</Text>
      <form onSubmit={(event) => { event.preventDefault(); setAsked(true) }} className={styles.leaving}>
        <TextInput type="date" label={t('office.firstDay')} required min={earliest} max={latest} value={on} onChange={(event) => setOn(event.currentTarget.value)} />
        <Group><Button type="submit" variant="default">{t(person.leftOn ? 'office.changeDay' : `office.endTime.${kind}`)}</Button></Group>
      </form>
      {asked && (
        <Confirm title={t(`office.leavingTitle.${kind}`, { name: person.name })} act={t('office.leavingIt', { day: day(on) })} onAct={() => void save()} onCancel={() => setAsked(false)}>
          <Text size="sm">{t(`office.leavingSays.${kind}`, { day: day(on) })}</Text>
          <Text size="sm">{t('office.leavingCorrects')}</Text>
          <Refused denied={end.denied} words={{ BAD_INPUT: t('office.badDay'), CONFLICT: t('office.leftBefore'), NOT_FOUND: t('office.goneMeanwhile'), NOT_ALLOWED: t('office.notYourself') }} />
        </Confirm>
      )}
    </Part>
  )
}
