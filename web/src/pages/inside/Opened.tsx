import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../shell/icons'
import styles from './Inside.module.css'

interface Shown {
  name: string
  /** How many are in the school, and how many there are; null before one knows. */
  inside: number | null
  all: number | null
  open: boolean
  toggle: () => void
  children: ReactNode
}

/** A class, or the staff: counted, and by name when it is opened. */
export function Opened({ name, inside, all, open, toggle, children }: Shown) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <section className={styles.class} data-open={open || undefined} aria-label={name}>
      <h2 className={styles.heading}>
        <button type="button" className={styles.toggle} aria-expanded={open} aria-controls={id} onClick={toggle}>
          <Icon name={open ? 'before' : 'after'} size={16} />
          <span className={styles.className}>{name}</span>
          {inside !== null && all !== null && (
            <>
              <span className={styles.meter} aria-hidden><span style={{ width: `${all ? (100 * inside) / all : 0}%` }} /></span>
              <span className={styles.count}>{t('inside.of', { inside, all })}</span>
            </>
          )}
        </button>
      </h2>
      <div id={id} className={styles.names}>{open && children}</div>
    </section>
  )
}
