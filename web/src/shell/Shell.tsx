import { AppShell, Group, Text } from '@mantine/core'
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
    <AppShell header={{ height: 56 }} footer={{ height: 60 }} navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: true } }} padding="md" className={styles.shell}>
      <AppShell.Header className={styles.bar}>
        <a href="#page" className={`unseen ${styles.skip}`}>{t('app.skip')}</a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Link href="/" className={styles.name}>
            <img src="/icon.svg" alt="" width={28} height={28} />
            <Text component="span" fw={700}>{t('app.name')}</Text>
          </Link>
          <Preferences />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t('nav.label')} className={styles.bar} p="sm" visibleFrom="sm" withBorder>
        <Navigation across={false} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1} className={styles.page}>
        <OfflineBanner />
        <div className={styles.content}>{children}</div>
      </AppShell.Main>
      <AppShell.Footer className={styles.bar} hiddenFrom="sm">
        <nav aria-label={t('nav.label')} className={styles.below}><Navigation across /></nav>
      </AppShell.Footer>
    </AppShell>
  )
}
