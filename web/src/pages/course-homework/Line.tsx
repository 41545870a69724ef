import { Badge, Button, Group, Paper, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTeaching } from '../../session/teaching'
import { Confirm } from '../../shell/Confirm'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { hostOf } from '../homework/due'
import { Versions } from '../homework/Versions'
import { Denial } from '../sign-in/Denial'
import { type Line as Told, WithdrawHomework } from './CourseHomework.graphql'
import styles from './CourseHomework.module.css'
import { Correction } from './Correction'
import { Materials } from './Materials'
import { Pupils } from './Pupils'

/** One homework as its teacher sees it: what it says, and how many have done it; opened, who. */
export function Line({ line: { homework, pupils, done, toAnswer }, teaches, mine, changed }: { line: Told; teaches: boolean; mine: boolean; changed: () => void }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { school } = useTeaching()
  const { denied, change } = useChange(WithdrawHomework)
  const [opened, open] = useState(false)
  const [doing, setDoing] = useState<'correct' | 'withdraw' | null>(null)
  const withdraw = async () => {
    setDoing(null)
    if (await change({ homework: homework.id })) changed()
  }
  return (
    <Paper component="li" withBorder p="sm">
      <div className={styles.head}>
        <Text fw={650} className={styles.day}>{t('homework.for', { day: day(homework.date) })}</Text>
        {homework.minutes !== null && <Text span size="sm" c="dimmed">{t('tasks.minutes', { minutes: homework.minutes })}</Text>}
        {homework.forSome && <Badge variant="light" size="sm" tt="none">{t('homework.forSome', { count: pupils })}</Badge>}
      </div>
      {doing === 'correct' ? <Correction homework={homework} done={() => { setDoing(null); changed() }} cancel={() => setDoing(null)} /> : (
        <>
          <Text className={styles.text}>{homework.text}</Text>
          <Versions homework={homework.id} revision={homework.revision} timeZone={school.timeZone} />
          {homework.links.length > 0 && (
            <ul className={styles.links}>
              {homework.links.map((link) => <li key={link}><a href={link} target="_blank" rel="noopener noreferrer" referrerPolicy="no-referrer">{hostOf(link)}</a></li>)}
            </ul>
          )}
          <Materials homework={homework} mine={mine} changed={changed} />
          <Group gap="xs" mt={6}>
            <Button variant="default" size="sm" mih={44} aria-expanded={opened} onClick={() => open(!opened)}>{[t('homework.doneBy', { done, pupils }), toAnswer > 0 && t('homework.toAnswer', { count: toAnswer })].filter(Boolean).join(' · ')}</Button>
            {mine && <Button variant="default" size="sm" mih={44} onClick={() => setDoing('correct')}>{t('homework.correct')}</Button>}
            {mine && <Button variant="default" size="sm" mih={44} onClick={() => setDoing('withdraw')}>{t('homework.withdraw')}</Button>}
          </Group>
          {opened && <Pupils homework={homework.id} teaches={teaches} answered={changed} />}
        </>
      )}
      <Denial denied={denied} />
      {doing === 'withdraw' && (
        <Confirm title={t('homework.withdrawTitle')} act={t('homework.withdraw')} onAct={() => void withdraw()} onCancel={() => setDoing(null)}>
          <Text size="sm">{t('homework.withdrawMeans')}</Text>
        </Confirm>
      )}
    </Paper>
  )
}
