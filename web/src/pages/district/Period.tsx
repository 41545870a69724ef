import { Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'wouter'
import { useMe } from '../../session/Session'
import { type Months, MONTHS, overBy } from './told'
import { useWritten } from './written'

const USUAL: Months = 3

/** Of how many months that are over the figures are: kept in the address. */
export function usePeriod(): { months: Months; from: string; to: string } {
  const { grants } = useMe()
  const [params] = useSearchParams()
  const months = MONTHS.find((one) => String(one) === params.get('months')) ?? USUAL
  const { school } = grants.find(({ role }) => role === 'DISTRICT') ?? grants[0]!
  return { months, ...overBy(school.today, months) }
}

/** Chooses them. The running month is not told: it is over first. */
export function Period() {
  const { t } = useTranslation()
  const { month } = useWritten()
  const { months, from, to } = usePeriod()
  const [, setParams] = useSearchParams()
  return (
    <div>
      <Group gap="xs" role="group" aria-label={t('statistics.period')}>
        {MONTHS.map((one) => (
          <Button key={one} size="md" variant={one === months ? 'filled' : 'default'} aria-pressed={one === months} onClick={() => setParams({ months: String(one) }, { replace: true })}>{t('district.months', { count: one })}</Button>
        ))}
      </Group>
      <Text c="dimmed" mt="xs" aria-live="polite">{months === 1 ? month(from) : `${month(from)} — ${month(to)}`} · {t('district.over')}</Text>
    </div>
  )
}
