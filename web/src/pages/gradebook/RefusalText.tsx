import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const TOLD = ['CONFLICT', 'ALREADY_WITHDRAWN', 'CLOSED', 'OUT_OF_SCALE', 'NOT_FOUND', 'BAD_INPUT', 'TOO_MANY', 'NOT_ALLOWED'] as const

/** Why something was not taken, and what the teacher can do. */
export function RefusalText({ code }: { code: string }) {
  const { t } = useTranslation()
  const told = TOLD.find((one) => one === code)
  return <Text component="span" size="sm" fw={550} c="var(--mantine-color-error)">{told ? t(`gradebook.refused.${told}`) : t('gradebook.refused.other', { code })}</Text>
}
