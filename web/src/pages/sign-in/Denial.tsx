import { Alert } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Denied } from './signing'

const TOLD = ['BAD_CREDENTIALS', 'BAD_CODE', 'SIGN_IN_AGAIN', 'NOT_OFFERED', 'CLOSED'] as const

/** Why somebody is not let in, or something is not done. */
export function Denial({ denied }: { denied: Denied | null }) {
  const { t } = useTranslation()
  if (!denied) return null
  const { code, retryAfter } = denied
  const told = TOLD.find((one) => one === code)
  const text =
    code === 'OFFLINE' || code === 'UNAVAILABLE' ? t(`error.${code}`)
    : code === 'TOO_MANY_ATTEMPTS' ? t('refusal.TOO_MANY_ATTEMPTS', { count: retryAfter ?? 60 })
    : told ? t(`refusal.${told}`) : t('refusal.other', { code })
  return <Alert role="alert" color="red">{text}</Alert>
}
