import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import type { DoorTap } from './Gate.graphql'
import styles from './Gate.module.css'
import { doubtsOf, reasonOf, signOf } from './signs'

/** Why the card was refused or what was odd, and what made its time late or uncertain. */
export function Reasons({ tap, timeZone }: { tap: DoorTap; timeZone: string }) {
  const { t } = useTranslation()
  const { time } = useFormats()
  const { reason } = signOf(tap)
  return (
    <>
      {reason !== null && <span className={styles.reason}>{t(`gate.reason.${reasonOf(reason)}`, { reason })}</span>}
      {doubtsOf(tap).map((doubt) => <span key={doubt} className={styles.doubt}>{t(`gate.${doubt}`, { time: time(tap.receivedAt, timeZone) })}</span>)}
    </>
  )
}
