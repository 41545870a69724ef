import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Key } from './amount'
import styles from './Keypad.module.css'

const KEYS: readonly Key[] = ['7', '8', '9', 'back', '4', '5', '6', 'clear', '1', '2', '3', ',', '0']

/** An amount of money by wet fingers. A touch leaves the focus where it is: Enter still serves. */
export const Keypad = memo(function Keypad({ press, disabled }: { press: (key: Key) => void; disabled: boolean }) {
  const { t, i18n } = useTranslation()
  const comma = i18n.language === 'en' ? '.' : ','
  const signs: Partial<Record<Key, readonly [string, string]>> = { back: ['⌫', t('till.back')], clear: ['C', t('till.clear')], ',': [comma, t('till.comma')] }
  return (
    <div role="group" aria-label={t('till.amount')} className={styles.keys}>
      {KEYS.map((key) => {
        const [sign, label] = signs[key] ?? [key, undefined]
        return (
          <button
            key={key} type="button" className={styles.key} data-key={key} disabled={disabled} aria-label={label}
            onMouseDown={(event) => event.preventDefault()} onClick={() => press(key)}
          >
            {sign}
          </button>
        )
      })}
    </div>
  )
})
