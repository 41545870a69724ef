import type { ReactNode } from 'react'
import styles from './Beside.module.css'

/** What is short and wanted first: above a long list on a phone, at its side on a wide screen. */
export function Beside({ aside, children }: { aside: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.columns}>
      <div className={styles.aside}>{aside}</div>
      {children}
    </div>
  )
}
