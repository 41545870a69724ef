import { useTranslation } from 'react-i18next'
import { Icon } from '../../shell/icons'
import styles from './Devices.module.css'
import type { Trouble } from './troubles'
import { useDuration } from './useDuration'

/** What is wrong, in words. */
export function Troubles({ troubles }: { troubles: readonly Trouble[] }) {
  const { t } = useTranslation()
  const duration = useDuration()
  const words = (trouble: Trouble): string =>
    'seconds' in trouble ? t(`devices.${trouble.kind}`, { time: duration(trouble.seconds) })
    : 'number' in trouble ? t(`devices.${trouble.kind}`, { count: trouble.number })
    : 'reader' in trouble ? t(`devices.${trouble.kind}`, { reader: trouble.reader })
    : t('devices.neverSeen')
  if (!troubles.length) return <p className={styles.well}>{t('devices.well')}</p>
  return (
    <ul className={styles.troubles}>
      {troubles.map((trouble) => <li key={words(trouble)}><Icon name="stop" size={16} /> {words(trouble)}</li>)}
    </ul>
  )
}
