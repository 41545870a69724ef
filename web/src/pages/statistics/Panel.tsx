import { Paper, Text, Title } from '@mantine/core'
import type { CombinedError } from '@urql/core'
import type { ReactNode } from 'react'
import { Empty, Failed, Loading } from '../../shell/states'
import { useTranslation } from 'react-i18next'
import styles from './Statistics.module.css'

interface Props {
  title: string
  about: string
  error: CombinedError | undefined
  retry: () => void
  /** Undefined until there is an answer. */
  empty: boolean | undefined
  children: () => ReactNode
}

/** One subject of the statistics, which loads, fails and is empty by itself. */
export function Panel({ title, about, error, retry, empty, children }: Props) {
  const { t } = useTranslation()
  return (
    <Paper withBorder component="section" className={styles.panel}>
      <Title order={2} size="h4">{title}</Title>
      <Text c="dimmed" size="sm" mb="sm">{about}</Text>
      {error && <Failed error={error} retry={retry} />}
      {empty === undefined && !error && <Loading />}
      {empty && <Empty>{t('statistics.empty')}</Empty>}
      {empty === false && children()}
    </Paper>
  )
}
