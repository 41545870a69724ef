import { useTranslation } from 'react-i18next'
import styles from './Timeline.module.css'
import type { Moment } from './timeline'
import { verdictOf } from './verdicts'

type Passage = Extract<Moment, { kind: 'passage' }>
type Refused = Extract<Moment, { kind: 'refused' }>

/** The child came in or went out. */
export function PassageMoment({ passage: { direction, door, minutesLate, newsLate } }: { passage: Passage }) {
  const { t } = useTranslation()
  return (
    <>
      <div className={styles.line}>
        <span className={styles.title}>{direction === 'IN' ? t('today.entered') : t('today.went')}</span>
        {minutesLate !== null && <span className={styles.tag}>{t('today.minutesLate', { count: minutesLate })}</span>}
      </div>
      <Where door={door} newsLate={newsLate} />
    </>
  )
}

/** A door did not let the child through, and why. */
export function RefusedMoment({ refused: { door, reason, newsLate } }: { refused: Refused }) {
  const { t } = useTranslation()
  return (
    <>
      <div className={styles.line}>
        <span className={styles.title}>{t('today.refused')}</span>
        <span className={styles.tag}>{t(`verdict.${verdictOf(reason)}`)}</span>
      </div>
      <Where door={door} newsLate={newsLate} />
    </>
  )
}

function Where({ door, newsLate }: { door: string; newsLate: boolean }) {
  const { t } = useTranslation()
  return <div className={styles.more}>{t('today.door', { door })}{newsLate && ` · ${t('today.newsLate')}`}</div>
}
