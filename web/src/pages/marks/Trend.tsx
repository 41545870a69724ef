import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import type { Trend as Weeks } from './Marks.graphql'
import styles from './Trend.module.css'

const FEWEST = 2
const WHOLE = 100

/** A subject's averages week by week, each as high as it is on its scale. Nothing of a single week. */
export function Trend({ trend: { scale, weeks } }: { trend: Weeks }) {
  const { t } = useTranslation()
  const { date, decimal } = useFormats()
  if (weeks.length < FEWEST) return null
  return (
    <section className={styles.trend} aria-label={t('marks.trend')}>
      <h3 className={styles.title}>{t('marks.trend')}</h3>
      <ol className={styles.weeks}>
        {weeks.map(({ week, average: { numerator, denominator, decimal: text } }) => (
          <li key={week} className={styles.week}>
            <span className={styles.average}>{decimal(text)}</span>
            <span className={styles.bar} aria-hidden ref={(bar) => void bar?.style.setProperty('--part', `${(WHOLE * (numerator / denominator - scale.lowest)) / (scale.highest - scale.lowest)}%`)} />
            <time dateTime={week} className={styles.date}>{date(week)}</time>
          </li>
        ))}
      </ol>
    </section>
  )
}
