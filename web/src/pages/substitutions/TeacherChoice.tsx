import { NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Fit, freeTeachers } from './free'

const FITS: readonly Fit[] = ['subject', 'class', 'free']

interface Choice {
  label: string
  value: string
  onChange: (id: string) => void
  free: ReturnType<typeof freeTeachers>
  /** What stands before the teachers. */
  first: readonly { value: string; label: string }[]
}

/** Who is free, in the order in which one would ask them. */
export function TeacherChoice({ label, value, onChange, free, first }: Choice) {
  const { t } = useTranslation()
  const groups = FITS.map((fit) => ({ group: t(`substitutions.fit.${fit}`), items: free.filter((one) => one.fit === fit).map(({ id, name }) => ({ value: id, label: name })) }))
  return <NativeSelect label={label} size="md" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)} data={[...first, ...groups.filter(({ items }) => items.length)]} />
}
