import { useTranslation } from 'react-i18next'
import { useWatching } from '../../session/watching'
import { Icon } from '../../shell/icons'
import { dayOf, useFormats } from '../../texts/formats'
import type { Whereabouts } from './Inside.graphql'
import styles from './Inside.module.css'

/** Somebody, and whether they are in the school, since when and by which door. `headed`: what stands above says already whether they are. */
export function PersonLine({ who: { person, inside, changedAt, door, position, classGroup }, headed }: { who: Whereabouts; headed?: true }) {
  const { t } = useTranslation()
  const { time, date } = useFormats()
  const { today, timeZone } = useWatching()
  const day = changedAt && dayOf(changedAt, timeZone)
  const at = changedAt && (day === today ? time(changedAt, timeZone) : t('inside.onDay', { day: date(day!), time: time(changedAt, timeZone) }))
  const standing = classGroup ? t('inside.class', { name: classGroup.name }) : position
  return (
    <li className={styles.person} data-inside={inside ?? false}>
      <span className={styles.mark}><Icon name={inside ? 'home' : 'leave'} size={16} /></span>
      <span className={styles.name}>{person?.name}</span>
      {standing && <span className={styles.more}>{standing}</span>}
      <span className={styles.state}>
        {!headed && <b>{t(inside ? 'inside.here' : 'inside.away')}</b>}
        {at && <span className={styles.more}>{[at, door?.name].filter(Boolean).join(' · ')}</span>}
      </span>
    </li>
  )
}
