import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { useChild } from '../session/child'
import { useMe } from '../session/Session'
import styles from './ChildTabs.module.css'

/** The same page about another child; nothing where there is one child. */
export function ChildTabs() {
  const { t } = useTranslation()
  const { children } = useMe()
  const chosen = useChild()
  const [location] = useLocation()
  if (children.length < 2) return null
  return (
    <nav aria-label={t('children.label')} className={styles.tabs}>
      {children.map(({ id, givenName, classGroup }) => (
        <Link key={id} href={location.replace(chosen.id, id)} className={styles.tab} aria-current={id === chosen.id ? 'page' : undefined}>
          {givenName} <span className={styles.group}>{classGroup.name}</span>
        </Link>
      ))}
    </nav>
  )
}
