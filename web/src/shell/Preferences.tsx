import { Group, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { choose, LANGUAGES } from '../texts'
import { Icon } from './icons'
import styles from './Preferences.module.css'

/** Language and colours; both are remembered on this device. */
export function Preferences() {
  const { t, i18n } = useTranslation()
  const scheme = useComputedColorScheme('light')
  const { setColorScheme } = useMantineColorScheme()
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <Group gap="xs" wrap="nowrap">
      <div role="group" aria-label={t('language.label')} className={styles.languages}>
        {LANGUAGES.map((language) => (
          <UnstyledButton
            key={language} lang={language} title={t(`language.${language}`)} aria-label={t(`language.${language}`)} aria-pressed={i18n.language === language}
            className={styles.language} onClick={() => choose(language)}
          >
            {language.toUpperCase()}
          </UnstyledButton>
        ))}
      </div>
      <UnstyledButton className={styles.scheme} aria-label={t(`scheme.${other}`)} onClick={() => setColorScheme(other)}>
        <Icon name={other === 'dark' ? 'moon' : 'sun'} />
      </UnstyledButton>
    </Group>
  )
}
