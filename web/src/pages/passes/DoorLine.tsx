import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { Icon } from '../../shell/icons'
import { useFormats } from '../../texts/formats'
import { verdictOf } from '../today/verdicts'
import type { AtDoor } from './doors'
import styles from './Passes.module.css'

/** A card at a door: which way, where and when, or why not. */
export function DoorLine({ at: { at, direction, door, reason, refused, minutesLate, knownAt, suspect } }: { at: AtDoor }) {
  const { t } = useTranslation()
  const { time } = useFormats()
  const { timeZone } = useChild().school
  const leaves = direction === 'OUT'
  const more = [
    door, refused && direction && t(`passes.${direction}`), knownAt && t('passes.newsCame', { time: time(knownAt, timeZone) }), suspect && t('passes.suspect'),
  ]
  return (
    <div className={styles.tap}>
      <time dateTime={at} className={styles.time}>{time(at, timeZone)}</time>
      <span className={styles.icon} data-refused={refused || undefined}><Icon name={refused ? 'stop' : leaves ? 'leave' : 'enter'} size={16} /></span>
      <div>
        <div className={styles.line}>
          <span className={styles.title}>{t(refused ? 'today.refused' : leaves ? 'today.went' : 'today.entered')}</span>
          {minutesLate !== null && <span className={styles.tag}>{t('today.minutesLate', { count: minutesLate })}</span>}
          {reason !== null && <span className={styles.tag}>{t(`verdict.${verdictOf(reason)}`)}</span>}
        </div>
        <div className={styles.more}>{more.filter(Boolean).join(' · ')}</div>
      </div>
    </div>
  )
}
