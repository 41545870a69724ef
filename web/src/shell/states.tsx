import { Alert, Button, Center, Loader, Stack, Text, Title } from '@mantine/core'
import type { CombinedError } from '@urql/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { codeOf } from '../api/client'

export function Loading() {
  const { t } = useTranslation()
  return (
    <Center mih={240} role="status">
      <Loader aria-hidden />
      <span className="unseen">{t('state.loading')}</span>
    </Center>
  )
}

export function Empty({ children }: { children: ReactNode }) {
  return <Text c="dimmed" ta="center" py="xl">{children}</Text>
}

/** What is told of a failed question, and the way to ask once more, unless the answer would be the same. */
export function Failed({ error, retry }: { error: CombinedError; retry: () => void }) {
  const { t } = useTranslation()
  const code = codeOf(error)
  return (
    <Alert role="alert" color="red" my="md">
      <Stack align="flex-start" gap="sm">
        <Text c="var(--mantine-color-text)">{isTold(code) ? t(`error.${code}`) : t('error.other', { code })}</Text>
        {code === 'NOT_ALLOWED'
          ? <Button component={Link} href="/" variant="default" size="sm">{t('state.home')}</Button>
          : <Button variant="default" size="sm" onClick={retry}>{t('state.retry')}</Button>}
      </Stack>
    </Alert>
  )
}

const TOLD = ['OFFLINE', 'UNAVAILABLE', 'NOT_FOUND', 'NOT_ALLOWED', 'TIMED_OUT'] as const
const isTold = (code: string): code is (typeof TOLD)[number] => TOLD.some((one) => one === code)

export function NoPage() {
  const { t } = useTranslation()
  return (
    <Stack align="center" py="xl">
      <Title order={1} size="h3">{t('state.noPage')}</Title>
      <Button component={Link} href="/" variant="default">{t('state.home')}</Button>
    </Stack>
  )
}
