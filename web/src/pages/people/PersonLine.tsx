import { useTranslation } from 'react-i18next'
import { Face } from '../../shell/Face'
import type { Known } from './People.graphql'
import styles from './People.module.css'
import { useWhat } from './what'

/** Somebody in a list: who, what they are, and what the office has to know at a glance. */
export function PersonLine({ person }: { person: Known }) {
  const { t } = useTranslation()
  const what = useWhat()
  const { name, photo, classGroup, position, leftOn, hasCard } = person
  const needsCard = (classGroup || position) && !leftOn && !hasCard
  return (
    <>
      <Face name={name} photo={photo} size={44} />
      <span className={styles.about}>
        <span className={styles.name}>{name}</span>
        <span className={styles.what}>{what(person)}</span>
      </span>
      {leftOn && <span className={styles.tag}>{t('office.gone')}</span>}
      {needsCard && <span className={styles.tag}>{t('office.withoutCard')}</span>}
    </>
  )
}
