import { Paper, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Denial } from './Denial'
import styles from './SignIn.module.css'
import { type Steps, usePassword } from './signing'

const KNOWN = ['parent', 'father', 'pupil', 'teacher', 'classteacher', 'canteen', 'guard', 'office', 'head', 'district'] as const

/** Passwords by login, which a demonstration's server writes into the page; no other does. */
function told(): Record<string, string> {
  return JSON.parse(document.getElementById('demo-logins')?.textContent ?? '{}') as Record<string, string>
}

/** In a demonstration: who one can be, one press each. */
export function DemoLogins(steps: Steps) {
  const { t } = useTranslation()
  const { denied, signIn } = usePassword(steps)
  const logins = Object.entries(told())
  if (!logins.length) return null
  return (
    <Paper p="lg" withBorder component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">{t('demo.title')}</Title>
        <Text size="sm">{t('demo.explain')}</Text>
        <Denial denied={denied} />
        {logins.map(([login, password]) => {
          const known = KNOWN.find((one) => one === login)
          return (
            <UnstyledButton key={login} className={styles.who} onClick={() => signIn(login, password)}>
              <Text component="span" fw={600}>{login}</Text>
              {known && <Text component="span" size="sm" c="dimmed">{t(`demo.${known}`)}</Text>}
            </UnstyledButton>
          )
        })}
      </Stack>
    </Paper>
  )
}
