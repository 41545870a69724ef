import { Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Preferences } from '../../shell/Preferences'
import styles from './SignIn.module.css'

/** What is around the pages of whoever is not in yet. */
export function Outside({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <div className={styles.screen}>
      <Group justify="space-between" component="header">
        <Group gap="sm">
          <img src="/icon.svg" alt="" width={36} height={36} />
          <span className={styles.name}>{t('app.name')}</span>
        </Group>
        <Preferences />
      </Group>
      <main><Stack gap="lg">{children}</Stack></main>
    </div>
  )
}
