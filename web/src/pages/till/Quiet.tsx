import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { beQuiet, isQuiet } from './sounds'
import styles from './Till.module.css'

/** Whether the till is heard. */
export function Quiet() {
  const { t } = useTranslation()
  const [quiet, set] = useState(isQuiet)
  const turn = () => {
    beQuiet(!quiet)
    set(!quiet)
  }
  return <button type="button" className={styles.other} aria-pressed={!quiet} onClick={turn}>{quiet ? t('till.quiet') : t('till.heard')}</button>
}
