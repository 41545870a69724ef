import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import styles from './Gate.module.css'

/** Whether what is shown is what is: since when nothing has been heard, if so. */
export function LinkState({ brokenAt }: { brokenAt: Date | null }) {
  const { t } = useTranslation()
  const { time } = useFormats()
  return (
    <div role="status" className={styles.link} data-broken={brokenAt ? true : undefined}>
      {brokenAt ? t('gate.broken', { time: time(brokenAt.toISOString()) }) : t('gate.live')}
    </div>
  )
}
