import styles from './Face.module.css'

/** The place of somebody's picture: until there is one, their initials. The name stands beside it. */
export function Face({ name }: { name: string }) {
  const initials = name.split(/\s+/).slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join('')
  return <span aria-hidden className={styles.face}>{initials}</span>
}
