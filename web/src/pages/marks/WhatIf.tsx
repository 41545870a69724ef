import { Text, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useChild } from '../../session/child'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { labelOf, type Scale } from '../../texts/grades'
import { ForecastQuery } from './Marks.graphql'
import styles from './WhatIf.module.css'

interface Props {
  course: string
  term: string
  scale: Scale
  /** The whole mark that the average makes as it is. */
  makes: number
}

const MOST = 50
/** Of a scale with more grades, every tenth is offered. */
const MANY = 20
const STEP = 10

/** What if: marks that are not there are laid upon the average, and it is told how many more would make the next mark. */
export function WhatIf({ course, term, scale, makes }: Props) {
  const { t } = useTranslation()
  const { decimal } = useFormats()
  const { id: child } = useChild()
  const [imagined, imagine] = useState<readonly number[]>([])
  const [{ data, error }, ask] = useQuery({
    query: ForecastQuery, requestPolicy: 'cache-and-network',
    variables: { child, course, term, marks: imagined.map((value) => ({ value })), target: Math.min(makes + 1, scale.highest) },
  })
  const found = data?.forecast
  const values = Array.from({ length: scale.highest - scale.lowest + 1 }, (_, place) => scale.lowest + place).filter((value) => scale.highest - scale.lowest < MANY || value % STEP === 0)
  const needed = found?.needed.filter(({ count }) => count > 0) ?? []
  return (
    <section className={styles.whatIf} aria-label={t('marks.whatIf')}>
      <div className={styles.add}>
        <Text span size="sm">{t('marks.whatIf')}</Text>
        {values.map((value) => (
          <UnstyledButton key={value} className={styles.value} disabled={imagined.length >= MOST} aria-label={t('marks.imagine', { value: labelOf(scale, value) })} onClick={() => imagine([...imagined, value])}>
            +{labelOf(scale, value)}
          </UnstyledButton>
        ))}
        {imagined.length > 0 && <UnstyledButton className={styles.undo} onClick={() => imagine([])}>{t('marks.forget')}</UnstyledButton>}
      </div>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      <div role="status">
        {imagined.length > 0 && found?.average && (
          <Text size="sm">{t('marks.wouldBe', { marks: imagined.map((value) => labelOf(scale, value)).join(', '), average: decimal(found.average.decimal), makes: found.makes === null ? '' : labelOf(scale, found.makes) })}</Text>
        )}
        {needed.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('marks.needed', { target: labelOf(scale, Math.min(makes + 1, scale.highest)), ways: needed.map(({ value, count }) => t('marks.way', { count, value: labelOf(scale, value) })).join(t('marks.or')) })}
          </Text>
        )}
      </div>
    </section>
  )
}
