import { useTranslation } from 'react-i18next'
import type { Tap } from './Till.graphql'
import styles from './Till.module.css'

/** Who else has presented a card; a press calls them. */
export function Waiting({ waiting, choose }: { waiting: readonly Tap[]; choose: (tap: Tap) => void }) {
  const { t } = useTranslation()
  if (waiting.length === 0) return null
  return (
    <section aria-label={t('till.waiting')} className={styles.waiting}>
      <h2 className={styles.small}>{t('till.waiting')}</h2>
      <ul className={styles.chips}>
        {waiting.map((tap) => (
          <li key={tap.id}>
            <button type="button" className={styles.chip} onClick={() => choose(tap)}>{[tap.person?.name ?? t('till.unknown'), tap.classGroup?.name].filter(Boolean).join(', ')}</button>
          </li>
        ))}
      </ul>
    </section>
  )
}
