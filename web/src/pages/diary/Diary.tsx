import { Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useLocation, useSearch } from 'wouter'
import { useChild } from '../../session/child'
import { ChildTabs } from '../../shell/ChildTabs'
import { Icon } from '../../shell/icons'
import { Empty } from '../../shell/states'
import { addDays, useFormats } from '../../texts/formats'
import styles from './Diary.module.css'
import { DiaryHead } from './DiaryHead'
import { Week } from './Week'
import { chosenWeek, mondayOf } from './week'

/** A child's diary, one week of it. */
export default function Diary() {
  const { t } = useTranslation()
  const { days } = useFormats()
  const { id, school, open } = useChild()
  const [here] = useLocation()
  const monday = chosenWeek(useSearch(), school.today)
  const step = (weeks: -1 | 1) => (
    <Link href={`${here}?week=${addDays(monday, 7 * weeks)}`} className={styles.step} aria-label={t(weeks < 0 ? 'diary.before' : 'diary.after')}>
      <Icon name={weeks < 0 ? 'before' : 'after'} />
    </Link>
  )
  return (
    <Stack className={styles.sheet}>
      <ChildTabs />
      <DiaryHead title={t('diary.title')} />
      {open.includes('DIARY') ? (
        <>
          <div className={styles.bar}>
            {step(-1)}
            <Title order={2} size="h4" aria-live="polite" className={styles.days}>{days(monday, addDays(monday, 5))}</Title>
            {step(1)}
            {monday !== mondayOf(school.today) && <Link href={here} className={styles.back}>{t('diary.thisWeek')}</Link>}
          </div>
          <Week key={`${id} ${monday}`} monday={monday} />
        </>
      ) : <Empty>{t('diary.hidden')}</Empty>}
    </Stack>
  )
}
