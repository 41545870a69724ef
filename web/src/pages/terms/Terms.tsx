import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useSearchParams } from 'wouter'
import { useOffice } from '../../session/office'
import { Confirm } from '../../shell/Confirm'
import { courseName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { currentTerm, termsOf } from './decisions'
import { Openings } from './Openings'
import styles from './Terms.module.css'
import { CloseTerm, type Progress, TermProgressQuery, TermsQuery } from './Terms.graphql'

const AT_ONCE = 100

/** The school's terms: how far the teachers have come with the marks, closing, and what is opened again. */
export default function Terms() {
  const { t } = useTranslation()
  const { days, moment } = useFormats()
  const { school } = useOffice()
  const [search, choose] = useSearchParams()
  const [{ data, error }, ask] = useQuery({ query: TermsQuery })
  const { fetching, denied, change } = useChange(CloseTerm)
  const [asked, setAsked] = useState(false)
  const again = () => ask({ requestPolicy: 'network-only' })
  const terms = termsOf(data?.terms, school.id)
  const term = terms && (terms.find(({ id }) => id === search.get('term')) ?? currentTerm(terms, school.today))
  const close = async () => {
    setAsked(false)
    if (term && (await change({ term: term.id }))) again()
  }
  return (
    <Stack maw={760}>
      <Title order={1} size="h2">{t('terms.title')}</Title>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {terms && !term && <Empty>{t('terms.none')}</Empty>}
      {terms && term && (
        <>
          <Group align="flex-end" justify="space-between">
            <NativeSelect
              label={t('terms.term')} value={term.id} onChange={(event) => choose({ term: event.currentTarget.value }, { replace: true })}
              data={terms.map(({ id, name, closedAt }) => ({ value: id, label: closedAt ? t('terms.closedName', { name }) : name }))}
            />
            {!term.closedAt && term.startsOn <= school.today && <Button loading={fetching} onClick={() => setAsked(true)}>{t('terms.close')}</Button>}
          </Group>
          <Text c="dimmed">{days(term.startsOn, term.endsOn)}</Text>
          {term.closedAt && <Alert role="note" color="blue">{t('terms.closedSince', { moment: moment(term.closedAt, school.timeZone) })}</Alert>}
          <Refused denied={denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
          <Button w="fit-content" component={Link} href={`/report-cards?term=${term.id}`} variant="default">{t('reportCards.print')}</Button>
          <Courses key={term.id} term={term.id} />
          {term.closedAt && <Openings key={`open ${term.id}`} term={term.id} />}
          {asked && (
            <Confirm title={t('terms.closeTitle', { name: term.name })} act={t('terms.close')} onAct={() => void close()} onCancel={() => setAsked(false)}>
              <Text size="sm">{t('terms.closeMeans')}</Text>
            </Confirm>
          )}
        </>
      )}
    </Stack>
  )
}

/** How far each course has come; those that are not ready stand first. */
function Courses({ term }: { term: string }) {
  const { t } = useTranslation()
  const [after, setAfter] = useState<string | null>(null)
  const [before, setBefore] = useState<Progress[]>([])
  const [{ data, error, fetching }, ask] = useQuery({ query: TermProgressQuery, variables: { term, first: AT_ONCE, after }, requestPolicy: 'cache-and-network' })
  if (error) return <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
  if (!data) return <Loading />
  const courses = [...before, ...data.termProgress.edges.map(({ node }) => node)]
  const ready = courses.filter(({ pupils, decided }) => decided >= pupils)
  const left = courses.filter(({ pupils, decided }) => decided < pupils)
  const { hasNextPage, endCursor } = data.termProgress.pageInfo
  return (
    <Paper withBorder className={styles.term}>
      <Title order={2} size="h4">{t('terms.progress', { ready: ready.length, of: courses.length })}</Title>
      {!courses.length && <Text c="dimmed">{t('terms.noCourses')}</Text>}
      <ul className={styles.courses}>
        {left.map(({ course, pupils, decided }) => (
          <li key={course.id} className={styles.course}>
            <span>{courseName(course)}</span>
            <Text span c="dimmed" size="sm">{course.teacher?.name} · {t('terms.decided', { decided, pupils })}</Text>
          </li>
        ))}
      </ul>
      {hasNextPage && <Button variant="default" loading={fetching} onClick={() => { setBefore(courses); setAfter(endCursor) }}>{t('terms.more')}</Button>}
    </Paper>
  )
}
