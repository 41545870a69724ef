import { useTranslation } from 'react-i18next'
import { Face } from '../../shell/Face'
import { Icon } from '../../shell/icons'
import { dayOf, useFormats } from '../../texts/formats'
import type { DoorTap } from './Gate.graphql'
import styles from './Gate.module.css'
import { useHolder, useStanding } from './holder'
import { Reasons } from './Reasons'
import { signOf } from './signs'

/** The card that was presented last, large enough to be read across the hall. */
export function Newest({ tap, today, timeZone }: { tap: DoorTap; today: string; timeZone: string }) {
  const { t } = useTranslation()
  const { time, date } = useFormats()
  const name = useHolder()(tap)
  const standing = useStanding()(tap)
  const { kind, word, icon } = signOf(tap)
  const day = dayOf(tap.happenedAt, timeZone)
  return (
    <section aria-label={t('gate.newest')} aria-live="polite" aria-atomic className={styles.newest} data-kind={kind}>
      <div className={styles.verdict}>
        <Icon name={icon} size={44} />
        <span className={styles.word}>{t(`gate.${word}`)}</span>
        <time dateTime={tap.happenedAt} className={styles.when}>{day !== today && `${date(day)}, `}{time(tap.happenedAt, timeZone)}</time>
      </div>
      <div key={tap.id} className={styles.who}>
        {tap.person && <Face name={name} photo={tap.person.photo} size={112} />}
        <div>
          <div className={styles.name}>{name}</div>
          {standing && <div className={styles.standing}>{standing}</div>}
          <div className={styles.why}><Reasons tap={tap} timeZone={timeZone} /></div>
        </div>
      </div>
    </section>
  )
}
