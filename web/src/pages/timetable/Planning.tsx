import { Alert, Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import personStyles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import styles from './Timetable.module.css'
import { type Plan, PlanLessons } from './Timetable.graphql'

interface Shown {
  school: string
  group: { id: string; name: string }
  span: { from: string; to: string }
}

/** Makes the lessons of some days, of the class or of all, and says what became of them. */
export function Planning({ school, group, span }: Shown) {
  const { t } = useTranslation()
  const [{ from, to }, choose] = useState(span)
  const [all, setAll] = useState(false)
  const [plan, setPlan] = useState<Plan | null>(null)
  const { fetching, denied, change } = useChange(PlanLessons)
  const start = async (event: SyntheticEvent) => {
    event.preventDefault()
    setPlan(null)
    setPlan(await change({ input: { schoolId: school, from, to, classGroupId: all ? null : group.id } }))
  }
  return (
    <Paper p="md" withBorder component="section" aria-label={t('timetable.plan')}>
      <form onSubmit={(event) => void start(event)}>
        <Stack gap="sm">
          <Title order={2} size="h4">{t('timetable.plan')}</Title>
          <Text size="sm" c="dimmed">{t('timetable.planMeans')}</Text>
          <Group align="flex-end">
            <TextInput size="md" type="date" required withAsterisk={false} label={t('year.startsOn')} value={from} onChange={({ currentTarget: { value } }) => choose({ from: value, to })} />
            <TextInput size="md" type="date" required withAsterisk={false} label={t('year.endsOn')} min={from} value={to} onChange={({ currentTarget: { value } }) => choose({ from, to: value })} />
          </Group>
          <label className={personStyles.choice}>
            <input type="checkbox" checked={all} onChange={({ currentTarget: { checked } }) => setAll(checked)} />
            <span>{t('timetable.all')}</span>
          </label>
          <Refused denied={denied} words={{ BAD_INPUT: t('timetable.badSpan'), TOO_MANY: t('timetable.tooLong') }} />
          <div role="status" aria-live="polite">{plan && <Came plan={plan} />}</div>
          <Group><Button size="md" type="submit" loading={fetching}>{all ? t('timetable.planAll') : t('timetable.planOf', { name: group.name })}</Button></Group>
        </Stack>
      </form>
    </Paper>
  )
}

const COUNTED = ['made', 'kept', 'moved', 'removed', 'stayed', 'unmade'] as const
const WHY = ['CLASS_TAKEN', 'TEACHER_TAKEN', 'ROOM_TAKEN', 'BAD_INPUT'] as const

/** What became of the lessons; of those that are not made the first hundred, and why. */
function Came({ plan }: { plan: Plan }) {
  const { t } = useTranslation()
  const { date } = useFormats()
  return (
    <Alert color={plan.unmade ? 'yellow' : 'green'} title={t('timetable.planned')}>
      <ul className={styles.counted}>
        {COUNTED.filter((one) => plan[one] > 0 || one === 'made').map((one) => <li key={one}>{t(`timetable.came.${one}`, { number: plan[one] })}</li>)}
      </ul>
      {plan.firstUnmade.length > 0 && (
        <ul className={styles.unmade}>
          {plan.firstUnmade.map((one, place) => (
            <li key={place}>{date(one.date)}, {t('timetable.lessonNumber', { number: one.bell })} · {one.classGroup?.name} · {one.subject?.name}: {t(`timetable.why.${WHY.find((code) => code === one.code) ?? 'BAD_INPUT'}`)}</li>
          ))}
        </ul>
      )}
    </Alert>
  )
}
