import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import type { Lesson } from './Gradebook.graphql'
import styles from './Grid.module.css'

const noon = (date: string): Date => new Date(`${date}T12:00:00Z`)

/** A lesson by its day: 24.11, and the day of the week. */
export function Head({ lesson: { date, bell, topic, cancelled }, today }: { lesson: Lesson; today: string }) {
  const { t, i18n } = useTranslation()
  const { day } = useFormats()
  const language = i18n.language === 'en' ? 'en-GB' : i18n.language
  const short = new Intl.DateTimeFormat(language, { day: '2-digit', month: '2-digit', timeZone: 'UTC' }).format(noon(date))
  const week = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(noon(date))
  const whole = [day(date), t('gradebook.bell', { bell }), topic, cancelled && t('today.cancelled')].filter(Boolean).join(', ')
  return (
    <th role="columnheader" scope="col" tabIndex={-1} className={styles.head} title={whole} data-today={date === today || undefined} data-shut={cancelled || undefined}>
      <span aria-hidden><span className={styles.week}>{week}</span>{short}</span>
      <span className="unseen">{whole}</span>
    </th>
  )
}
