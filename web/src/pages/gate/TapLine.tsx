import { useTranslation } from 'react-i18next'
import { Icon } from '../../shell/icons'
import { useFormats } from '../../texts/formats'
import type { DoorTap } from './Gate.graphql'
import styles from './Gate.module.css'
import { useHolder, useStanding } from './holder'
import { Reasons } from './Reasons'
import { signOf } from './signs'

/** A card that was presented before: when, which way or refused, whose, and why. */
export function TapLine({ tap, timeZone }: { tap: DoorTap; timeZone: string }) {
  const { t } = useTranslation()
  const { time } = useFormats()
  const name = useHolder()(tap)
  const standing = useStanding()(tap)
  const { kind, word, icon } = signOf(tap)
  return (
    <div className={styles.line}>
      <time dateTime={tap.happenedAt} className={styles.time}>{time(tap.happenedAt, timeZone)}</time>
      <span className={styles.sign} data-kind={kind}><Icon name={icon} size={16} /></span>
      <div className={styles.about}>
        <span className={styles.lineName}>{name}</span>
        {standing && <span className={styles.lineStanding}>{standing}</span>}
        <span className={styles.lineWord} data-kind={kind}>{t(`gate.${word}`)}</span>
        <Reasons tap={tap} timeZone={timeZone} />
      </div>
    </div>
  )
}
