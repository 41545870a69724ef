import { Button, Group, NativeSelect, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams, useSearchParams } from 'wouter'
import { useTeaching } from '../../session/teaching'
import { subjectName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { gradebookPath } from '../gradebook/address'
import { Decisions } from './Decisions'
import { currentTerm, partsOf, termsOf } from './decisions'
import { TermSheetQuery, TermsQuery } from './Terms.graphql'

/** A course at the end of a term: each pupil's exact average, and beside it what the teacher decides. Which term stands in the address. */
export default function TermSheet() {
  const { t } = useTranslation()
  const { days, moment } = useFormats()
  const { course: id = '' } = useParams<{ course: string }>()
  const [search, choose] = useSearchParams()
  const { school, persons } = useTeaching()
  const [{ data: known, error: noTerms }, askTerms] = useQuery({ query: TermsQuery })
  const terms = termsOf(known?.terms, school.id)
  const term = terms && (terms.find((one) => one.id === search.get('term')) ?? currentTerm(terms, school.today))
  const [{ data, error: noSheet }, askSheet] = useQuery({
    query: TermSheetQuery, variables: { course: id, term: term?.id ?? '' }, pause: !term, requestPolicy: 'cache-and-network',
  })
  const again = () => askSheet({ requestPolicy: 'network-only' })
  const error = noTerms ?? noSheet
  const sheet = data?.termSheet
  const mine = persons.includes(sheet?.course.teacher?.id ?? '')
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end" gap="xs">
        <div>
          <Title order={1} size="h2">{sheet ? t('terms.of', { group: sheet.course.classGroup.name, subject: subjectName(sheet.course) }) : t('terms.sheet')}</Title>
          {term && <Text c="dimmed" size="sm">{days(term.startsOn, term.endsOn)}</Text>}
        </div>
        <Group gap="xs" align="flex-end">
          {terms && terms.length > 0 && (
            <NativeSelect
              label={t('terms.term')} value={term?.id ?? ''} onChange={(event) => choose({ term: event.currentTarget.value }, { replace: true })}
              data={terms.map(({ id: value, name }) => ({ value, label: name }))}
            />
          )}
          <Button component={Link} href={gradebookPath(id)} variant="default">{t('gradebook.title')}</Button>
        </Group>
      </Group>
      {error && <Failed error={error} retry={() => { askTerms({ requestPolicy: 'network-only' }); again() }} />}
      {!sheet && !error && (terms && !term ? <Empty>{t('terms.none')}</Empty> : <Loading />)}
      {term?.closedAt && <Text role="note">{t('terms.closedSince', { moment: moment(term.closedAt, school.timeZone) })}</Text>}
      {sheet && term && (sheet.course.scale && sheet.pupils.length
        ? <Decisions key={`${id} ${term.id}`} course={id} term={term.id} parts={partsOf(terms ?? [], term)} timeZone={school.timeZone} rows={sheet.pupils} scale={sheet.course.scale} open={mine} decided={again} />
        : <Empty>{t(sheet.course.scale ? 'gradebook.empty' : 'gradebook.noScale')}</Empty>)}
      {sheet && !mine && <Text size="sm" c="dimmed">{t('gradebook.readOnly')}</Text>}
    </Stack>
  )
}
