import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { Navigation } from './Navigation'
import { OfflineBanner } from './OfflineBanner'
import { Preferences } from './Preferences'
import styles from './Shell.module.css'

/** What is around every page: on a phone the sections are below it, on a wide screen beside it. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <>
      <header className={styles.above}>
        <a href="#page" className={`unseen ${styles.skip}`}>{t('app.skip')}</a>
        <Link href="/" className={styles.name}>
          <img src="/icon.svg" alt="" width={28} height={28} />
          {t('app.name')}
        </Link>
        <Preferences />
      </header>
      <nav aria-label={t('nav.label')} className={styles.beside}><Navigation across={false} /></nav>
      <main id="page" tabIndex={-1} className={styles.page}>
        <OfflineBanner />
        <div className={styles.content}>{children}</div>
      </main>
      <footer className={styles.below}>
        <nav aria-label={t('nav.label')}><Navigation across /></nav>
      </footer>
    </>
  )
}
