import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { OfStaff } from './Classes.graphql'

interface Choice {
  label: string
  value: string
  onChange: (id: string) => void
  staff: OfStaff[] | null
  /** Who stands there now, who may have left the school since. */
  now?: { id: string; name: string } | null
  /** What nobody is called, where that may be chosen. */
  nobody?: string
  required?: boolean
  disabled?: boolean
}

/** One of the school's staff, by name. */
export function StaffChoice({ label, value, onChange, staff, now, nobody, required = false, disabled = false }: Choice) {
  const { t } = useTranslation()
  const gone = now && !staff?.some(({ id }) => id === now.id) ? [{ value: now.id, label: now.name }] : []
  return (
    <NativeSelect
      label={label} value={value} required={required} disabled={disabled} onChange={({ currentTarget }) => onChange(currentTarget.value)}
      data={[{ value: '', label: nobody ?? t('setup.choose') }, ...gone, ...(staff ?? []).map(({ id, name, position }) => ({ value: id, label: position ? `${name}, ${position}` : name }))]}
    />
  )
}

/** Who does something now, and another one instead: chosen first, then said, for families are told at once. */
export function Successor({ now, act, save, fetching, ...choice }: Omit<Choice, 'value' | 'onChange'> & { act: string; save: (id: string) => void; fetching: boolean }) {
  const there = now?.id ?? ''
  const [chosen, choose] = useState<string | null>(null)
  const value = chosen ?? there
  return (
    <>
      <StaffChoice {...choice} now={now ?? null} value={value} onChange={choose} />
      {value !== there && (value !== '' || choice.nobody) && <Button variant="default" loading={fetching} onClick={() => save(value)}>{act}</Button>}
    </>
  )
}
