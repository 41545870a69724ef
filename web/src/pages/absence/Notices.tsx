import { Button, Paper, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AddFiles } from '../../files/AddFiles'
import { FileLinks } from '../../files/FileLinks'
import { useChild } from '../../session/child'
import { Confirm } from '../../shell/Confirm'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { type Notice, WithdrawNotice } from './Absence.graphql'
import styles from './Absence.module.css'
import { useSpan } from './useSpan'

const STANDING = ['SENT', 'SEEN', 'ACCEPTED']

/** What the school was told, and what it says to it. Whoever sent a notice may take it back until the school declines it, or the days are over. */
export function Notices({ notices, persons, guards, changed }: { notices: readonly Notice[]; persons: readonly string[]; guards: boolean; changed: () => void }) {
  const { t } = useTranslation()
  const span = useSpan()
  const { school: { id: school, today } } = useChild()
  const [doubted, doubt] = useState<Notice | null>(null)
  const { denied, change } = useChange(WithdrawNotice)
  const withdraw = async ({ id }: Notice) => {
    doubt(null)
    await change({ notice: id })
    changed()
  }
  return (
    <Paper p="md" withBorder component="section" aria-labelledby="notices">
      <Title order={2} size="h4" id="notices" mb="xs">{t('absence.notices')}</Title>
      <Refused denied={denied} words={{ CONFLICT: t('absence.answered'), NOT_FOUND: t('error.NOT_FOUND') }} />
      {notices.length === 0 && <Text size="sm" c="dimmed">{t('absence.none')}</Text>}
      <ul className={styles.lines} aria-live="polite">
        {notices.map((notice) => {
          const { id, startsOn, endsOn, bells, state, words, answer, reason, files, sentBy, answeredBy } = notice
          const own = persons.includes(sentBy?.id ?? '')
          return (
            <li key={id} className={styles.line}>
              <div className={styles.about}>
                <b>{span(startsOn, endsOn, bells)}</b> <span className={styles.tag} data-state={state}>{t(`absence.state.${state}`)}</span>
                <span className={styles.more}>{[reason?.name, words && `«${words}»`, !own && t('absence.byOther')].filter(Boolean).join(' · ')}</span>
                <FileLinks files={files} />
                {guards && STANDING.includes(state) && <AddFiles label={t('absence.addDocument')} act={t('absence.attachIt')} to={id} school={school} there={files.length} added={changed} words={{ CONFLICT: t('absence.answered') }} />}
                {answer && <span className={styles.answer}>{[answeredBy?.name, `«${answer}»`].filter(Boolean).join(': ')}</span>}
              </div>
              {own && STANDING.includes(state) && endsOn >= today && <Button variant="default" size="md" onClick={() => doubt(notice)}>{t('absence.withdraw')}</Button>}
            </li>
          )
        })}
      </ul>
      {doubted && (
        <Confirm title={t('absence.withdrawTitle')} act={t('absence.withdraw')} onAct={() => void withdraw(doubted)} onCancel={() => doubt(null)}>
          <Text size="sm">{span(doubted.startsOn, doubted.endsOn, doubted.bells)}</Text>
        </Confirm>
      )}
    </Paper>
  )
}
