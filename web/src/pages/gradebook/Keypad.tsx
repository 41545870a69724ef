import { Button, Group } from '@mantine/core'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Action } from './keys'
import { labelOf, type Scale } from '../../texts/grades'

const MOST = 12

/** The same as the keys, for whoever has none, or does not know them yet: each button tells its key. */
export const Keypad = memo(function Keypad({ scale, act }: { scale: Scale | null; act: (action: Action) => void }) {
  const { t } = useTranslation()
  const values = scale && scale.highest - scale.lowest < MOST ? Array.from({ length: scale.highest - scale.lowest + 1 }, (_, index) => String(scale.lowest + index)) : []
  const more: readonly [string, string, Action][] = [
    [t('gradebook.letter.ABSENT'), t('attendance.ABSENT'), { do: 'presence', kind: 'ABSENT' }],
    [t('gradebook.letter.LATE'), t('attendance.LATE'), { do: 'presence', kind: 'LATE' }],
    [t('gradebook.letter.EXCUSED'), t('attendance.EXCUSED'), { do: 'presence', kind: 'EXCUSED' }],
    [t('gradebook.letter.PRESENT'), t('attendance.PRESENT'), { do: 'presence', kind: 'PRESENT' }],
    ['F2', t('gradebook.details'), { do: 'details' }],
    ['Del', t('gradebook.withdraw'), { do: 'withdraw' }],
    ['Ctrl+Z', t('gradebook.undo'), { do: 'undo' }],
  ]
  return (
    <Group gap={6} role="group" aria-label={t('gradebook.keys')}>
      {values.map((value) => <Button key={value} size="compact-md" variant="default" onClick={() => act({ do: 'digit', digit: value })}>{labelOf(scale, Number(value))}</Button>)}
      {more.map(([key, label, action]) => (
        <Button key={key} size="compact-md" variant="default" title={label} aria-label={`${label} (${key})`} onClick={() => act(action)}>{key}</Button>
      ))}
    </Group>
  )
})
