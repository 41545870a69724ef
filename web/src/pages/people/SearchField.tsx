import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const LONGEST = 100

/** Where one types how a name begins. */
export function SearchField({ value, onChange, autoFocus }: { value: string; onChange: (value: string) => void; autoFocus?: boolean }) {
  const { t } = useTranslation()
  return (
    <TextInput
      type="search" label={t('office.search')} placeholder={t('office.searchHint')} autoComplete="off" spellCheck={false} maxLength={LONGEST} size="md"
      autoFocus={autoFocus ?? false} value={value} onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
