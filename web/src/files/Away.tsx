import styles from './Files.module.css'

/** A cross, for eyes alone, and what it takes away. */
export function Away({ label, act }: { label: string; act: () => void }) {
  return <button type="button" className={styles.away} aria-label={label} onClick={act}><span aria-hidden>×</span></button>
}
