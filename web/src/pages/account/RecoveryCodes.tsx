import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import styles from './Account.module.css'

/** The codes that stand in for the app, shown once. */
export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const { t } = useTranslation()
  return (
    <Stack gap="sm" role="status">
      <Title order={3} size="h5">{t('security.codes')}</Title>
      <Text size="sm">{t('security.codesMeans')}</Text>
      <ul className={styles.codes}>{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
      <Group gap="xs">
        <Button onClick={done}>{t('security.kept')}</Button>
        <Button variant="default" onClick={() => print()}>{t('security.print')}</Button>
      </Group>
    </Stack>
  )
}
