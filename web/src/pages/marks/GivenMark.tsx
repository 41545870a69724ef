import { UnstyledButton } from '@mantine/core'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { useFormats } from '../../texts/formats'
import { withConverted } from '../../texts/grades'
import { Acknowledged } from './Acknowledged'
import { MarkHistory } from './MarkHistory'
import styles from './Marks.module.css'
import type { Mark } from './Marks.graphql'

/** A mark, for what and when; of a second try, what it was before; where it was changed, from what to what. */
export function GivenMark({ mark, retaken }: { mark: Mark; retaken: Mark | undefined }) {
  const { id, label, converted, weight, work, date, comment, revision, replaces, retakeOf, counts, ownWork } = mark
  const { t } = useTranslation()
  const { date: dateText } = useFormats()
  const { school } = useChild()
  const [open, setOpen] = useState(false)
  const history = useId()
  return (
    <li className={styles.mark}>
      <span className={styles.value} data-struck={!counts || undefined}>{withConverted({ label, converted })}</span>
      <div className={styles.about}>
        <div className={styles.line}>
          <span>{ownWork?.name ?? t(`work.${work}`)}{weight > 1 && `, ${t('today.weight', { weight })}`}</span>
          {revision > 1 && (
            <UnstyledButton className={styles.changed} aria-expanded={open} aria-controls={history} onClick={() => setOpen(!open)}>{t('diary.changed')}</UnstyledButton>
          )}
        </div>
        {retakeOf && <div className={styles.comment}>{t(replaces ? 'marks.retakeInstead' : 'marks.retakeBeside', { label: retaken?.label ?? '' })}</div>}
        {!counts && <div className={styles.comment}>{t('marks.struck')}</div>}
        {comment && <div className={styles.comment}>{comment}</div>}
        <Acknowledged mark={mark} />
        <div id={history}>{open && <MarkHistory key={revision} mark={id} timeZone={school.timeZone} />}</div>
      </div>
      <time dateTime={date} className={styles.date}>{dateText(date)}</time>
    </li>
  )
}
