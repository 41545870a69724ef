import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { type Dish, type Line, same } from './basket'
import styles from './Dishes.module.css'

interface Props {
  dishes: readonly Dish[]
  currency: string
  lines: readonly Line[]
  take: (dish: Dish) => void
  disabled: boolean
}

/** What is sold most, one press each. */
export function Dishes({ dishes, currency, lines, take, disabled }: Props) {
  const { t } = useTranslation()
  const { money } = useFormats()
  if (dishes.length === 0) return null
  return (
    <div role="group" aria-label={t('till.dishes')} className={styles.dishes}>
      {dishes.map((dish) => {
        const count = lines.find((line) => same(line, dish))?.quantity
        return (
          <button
            key={`${dish.name} ${dish.price}`} type="button" className={styles.dish} disabled={disabled} data-taken={count !== undefined || undefined}
            onMouseDown={(event) => event.preventDefault()} onClick={() => take(dish)}
          >
            <span className={styles.name}>{dish.name}</span>
            <span>{money({ minor: dish.price, currency })}{count !== undefined && <strong> × {count}</strong>}</span>
          </button>
        )
      })}
    </div>
  )
}
