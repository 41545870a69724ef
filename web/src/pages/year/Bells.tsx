import { Button, Text } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import personStyles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { BellTable, timesOf } from './BellTable'
import { type Bell, SetBells } from './Year.graphql'

/** When the lessons of a day regularly begin and end: of all of them at once. */
export function Bells({ school, bells, changed }: { school: string; bells: readonly Bell[]; changed: () => void }) {
  const { t } = useTranslation()
  const [rows, set] = useState(() => timesOf(bells))
  const { fetching, denied, change } = useChange(SetBells)
  const save = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (await change({ input: { schoolId: school, bells: rows } })) changed()
  }
  return (
    <Part title={t('year.bells')}>
      <Text size="sm" c="dimmed">{t('year.bellsMean')}</Text>
      <form className={personStyles.leaving} onSubmit={(event) => void save(event)}>
        <BellTable rows={rows} set={set} />
        <Refused denied={denied} words={{ BAD_INPUT: t('year.badBells'), TEACHER_TAKEN: t('year.teacherTwice'), ROOM_TAKEN: t('year.roomTwice') }} />
        {rows.length > 0 && <div><Button type="submit" loading={fetching}>{t('year.saveBells')}</Button></div>}
      </form>
    </Part>
  )
}
