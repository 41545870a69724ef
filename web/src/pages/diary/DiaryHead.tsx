import { Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { useChild } from '../../session/child'
import styles from './DiaryHead.module.css'

const VIEWS = ['diary', 'homework', 'absence'] as const

/** Whose diary it is, and its views: the week as it is, what there is to do, and when the child was away. */
export function DiaryHead({ title }: { title: string }) {
  const { t } = useTranslation()
  const { id, givenName, familyName, classGroup } = useChild()
  const [location] = useLocation()
  const names = { diary: t('diary.week'), homework: t('diary.homework'), absence: t('absence.view') }
  return (
    <div className={styles.head}>
      <div>
        <Title order={1} size="h2">{title}</Title>
        <Text c="dimmed">{givenName} {familyName}, {classGroup.name}</Text>
      </div>
      <nav aria-label={t('diary.views')} className={styles.views}>
        {VIEWS.map((view) => (
          <Link key={view} href={`/children/${id}/${view}`} className={styles.view} aria-current={location.endsWith(view) ? 'page' : undefined}>{names[view]}</Link>
        ))}
      </nav>
    </div>
  )
}
