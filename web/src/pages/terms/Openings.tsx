import { Alert, Button, NativeSelect, Paper, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { useOffice } from '../../session/office'
import { courseName } from '../../shell/courseName'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import styles from './Terms.module.css'
import { OpenTerm, TermOpeningsQuery, TermProgressQuery } from './Terms.graphql'

const DAY = 86_400_000

/** An order, until it is carried out or changed: asking again is the same one. */
const fresh = () => ({ id: newId(), at: Date.now() })

/** What is opened in a closed term, and a form to open one more course, or all of them, for some days and a reason. */
export function Openings({ term }: { term: string }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { school } = useOffice()
  const [{ data, error }, ask] = useQuery({ query: TermOpeningsQuery, variables: { term }, requestPolicy: 'cache-and-network' })
  const [{ data: progress }] = useQuery({ query: TermProgressQuery, variables: { term, first: 100, after: null } })
  const { fetching, denied, change } = useChange(OpenTerm)
  const [order, setOrder] = useState(fresh)
  const [course, setCourse] = useState('')
  const [length, setLength] = useState('1')
  const [reason, setReason] = useState('')
  const [done, setDone] = useState(false)
  const courses = progress?.termProgress.edges.map(({ node }) => node.course) ?? []
  const nameOf = (one: string | null) => {
    const found = courses.find((known) => known.id === one)
    return found ? courseName(found) : t('terms.allCourses')
  }
  const open = async () => {
    const until = new Date(order.at + Number(length) * DAY).toISOString()
    if (!(await change({ input: { id: order.id, termId: term, courseId: course || null, until, reason } }))) return
    setOrder(fresh())
    setReason('')
    setDone(true)
    ask({ requestPolicy: 'network-only' })
  }
  return (
    <Paper withBorder className={styles.term}>
      <Title order={2} size="h4">{t('terms.openings')}</Title>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      <ul className={styles.courses}>
        {data?.termOpenings.map(({ id: key, courseId, until, reason: why, by }) => (
          <li key={key} className={styles.opening}>
            <div>{nameOf(courseId)} — {t('terms.until', { moment: moment(until, school.timeZone) })}</div>
            <Text size="sm" c="dimmed">{[by?.name, why].filter(Boolean).join(': ')}</Text>
          </li>
        ))}
      </ul>
      <form className={styles.open} onSubmit={(event) => { event.preventDefault(); void open() }}>
        <NativeSelect
          label={t('terms.course')} value={course} onChange={(event) => { setCourse(event.currentTarget.value); setOrder(fresh()) }}
          data={[{ value: '', label: t('terms.allCourses') }, ...courses.map(({ id: value }) => ({ value, label: nameOf(value) }))]}
        />
        <NativeSelect
          label={t('terms.howLong')} value={length} onChange={(event) => { setLength(event.currentTarget.value); setOrder(fresh()) }}
          data={['1', '3', '7'].map((value) => ({ value, label: t('terms.days', { count: Number(value) }) }))}
        />
        <TextInput label={t('terms.why')} required maxLength={500} value={reason} onChange={(event) => { setReason(event.currentTarget.value); setOrder(fresh()); setDone(false) }} />
        <div><Button type="submit" loading={fetching} disabled={!reason.trim()}>{t('terms.open')}</Button></div>
      </form>
      {done && <Alert role="status" color="green">{t('terms.opened')}</Alert>}
      <Refused denied={denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
    </Paper>
  )
}
