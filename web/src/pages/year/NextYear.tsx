import { Alert, Button, Group, NativeSelect, Text, TextInput } from '@mantine/core'
import { type SyntheticEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { Confirm } from '../../shell/Confirm'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { classesOf, nextSeptember } from './classes'
import { NextYearQuery, type Obstacle, StartYear } from './NextYear.graphql'

const GRADES = Array.from({ length: 12 }, (_, index) => String(index + 1))
const WORDS = {
  FAR_AWAY: 'nextYear.badDay', TERM_ACROSS: 'nextYear.termAcross', TERM_OPEN: 'nextYear.termOpen', YEAR_NOT_OVER: 'nextYear.notOver', LESSONS_TO_COME: 'nextYear.lessonsToCome',
  NAME_TAKEN: 'nextYear.nameTaken', NEWCOMERS: 'nextYear.newcomersNowhere',
} as const satisfies Record<Obstacle, string>

/** What stands in the way are terms, of which the plan tells none. */
const TERMS_TOO = { additionalTypenames: ['Term'] }

/** The school goes over to its next year: the office sees what becomes of each class, and what stands in the way, before anything is done. */
export function NextYear({ school, today, changed }: { school: string; today: string; changed: () => void }) {
  const { t } = useTranslation()
  const { date } = useFormats()
  const [id, renew] = useState(newId)
  const [startsOn, setStartsOn] = useState(nextSeptember(today))
  const [lastGrade, setLastGrade] = useState('11')
  const [words, setWords] = useState('')
  const [withCourses, setWithCourses] = useState(true)
  const [asked, setAsked] = useState(false)
  const { fetching, denied, change } = useChange(StartYear)
  const newClasses = classesOf(words)
  const wish = { schoolId: school, startsOn, lastGrade: Number(lastGrade), newClasses: newClasses ?? [] }
  const [{ data, error, stale, fetching: asking }, ask] = useQuery({ query: NextYearQuery, variables: { input: wish }, pause: !startsOn, requestPolicy: 'cache-and-network', context: TERMS_TOO })
  const plan = asking && !stale ? undefined : data?.nextSchoolYear // urql keeps what became of another wish
  const again = () => ask({ requestPolicy: 'network-only' })
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    setAsked(true)
  }
  const start = async () => {
    setAsked(false)
    if (await change({ input: { id, ...wish, withCourses } })) {
      renew(newId())
      setWords('')
      changed()
    }
    again()
  }
  return (
    <Part title={t('nextYear.title')}>
      <Text size="sm" c="dimmed">{t('nextYear.means')}</Text>
      {plan?.started && (
        <Alert role="status" color="green">
          {t('nextYear.started', { date: date(plan.started.startsOn), pupils: plan.started.pupils, leavers: plan.started.leavers })}
        </Alert>
      )}
      <form className={styles.leaving} onSubmit={submit}>
        <Group grow>
          <TextInput type="date" label={t('nextYear.startsOn')} required value={startsOn} onChange={({ currentTarget: { value } }) => setStartsOn(value)} />
          <NativeSelect label={t('nextYear.lastGrade')} value={lastGrade} onChange={({ currentTarget: { value } }) => setLastGrade(value)} data={GRADES} />
        </Group>
        <TextInput
          label={t('nextYear.newClasses')} description={t('nextYear.newClassesMean')} placeholder="1А, 1Б" value={words}
          error={newClasses ? undefined : t('nextYear.badClasses')} onChange={({ currentTarget: { value } }) => setWords(value)}
        />
        <label className={styles.choice}>
          <input type="checkbox" checked={withCourses} onChange={({ currentTarget: { checked } }) => setWithCourses(checked)} />
          <span>{t('nextYear.withCourses')}</span>
        </label>
        {error && <Failed error={error} retry={again} />}
        {!plan && !error && <Loading />}
        {plan && plan.obstacles.length > 0 && (
          <Alert role="note" color="yellow">
            <b>{t('nextYear.obstacles')}</b>
            {plan.obstacles.map((obstacle) => <div key={obstacle}>{t(WORDS[obstacle])}</div>)}
          </Alert>
        )}
        <Refused denied={denied} words={{ CONFLICT: t('nextYear.changed'), BAD_INPUT: t('nextYear.badDay') }} />
        <Button type="submit" variant="default" loading={fetching} disabled={!plan || stale || !newClasses || !plan.classes.length || plan.obstacles.length > 0}>
          {t('nextYear.start')}
        </Button>
      </form>
      {plan && (
        <ul className={styles.lines} aria-label={t('nextYear.classes')}>
          {plan.classes.map(({ classGroup, becomes, leaves, pupils }) => (
            <li key={classGroup.id} className={styles.line}>
              <b>{classGroup.name}</b>
              <span>{becomes ? `→ ${becomes}` : leaves ? t('nextYear.leaves') : t('nextYear.ends')}</span>
              <span className={styles.more}>{t('nextYear.pupils', { count: pupils })}</span>
            </li>
          ))}
        </ul>
      )}
      {plan && plan.newcomers > 0 && <Text size="sm">{t('nextYear.newcomers', { count: plan.newcomers })}</Text>}
      {asked && (
        <Confirm title={t('nextYear.sure')} act={t('nextYear.start')} onAct={() => void start()} onCancel={() => setAsked(false)}>
          <Text size="sm">{t('nextYear.sureMeans')}</Text>
        </Confirm>
      )}
    </Part>
  )
}
