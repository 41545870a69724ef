import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import styles from './CourseHomework.module.css'

interface Choice {
  pupils: readonly { id: string; name: string }[]
  /** Null: the whole class. */
  some: readonly string[] | null
  name: (some: readonly string[] | null) => void
  wanting: boolean
}

/** For the whole class, or for those who are ticked. */
export function Whom({ pupils, some, name, wanting }: Choice) {
  const { t } = useTranslation()
  return (
    <fieldset className={styles.whom}>
      <legend>{t('homework.whom')}</legend>
      <label className={styles.choice}><input type="radio" name="whom" checked={some === null} onChange={() => name(null)} />{t('homework.all')}</label>
      <label className={styles.choice}><input type="radio" name="whom" checked={some !== null} onChange={() => name([])} />{t('homework.some')}</label>
      {some !== null && (
        <div className={styles.names}>
          {pupils.map(({ id, name: called }) => (
            <label key={id} className={styles.choice}>
              <input type="checkbox" checked={some.includes(id)} onChange={({ currentTarget: { checked } }) => name(checked ? [...some, id] : some.filter((one) => one !== id))} />
              {called}
            </label>
          ))}
        </div>
      )}
      {wanting && some?.length === 0 && <Text size="sm" role="alert" c="var(--mantine-color-error)">{t('homework.nobody')}</Text>}
    </fieldset>
  )
}
