import { Alert, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useParams, useSearchParams } from 'wouter'
import { newId } from '../../api/newId'
import { useTeaching } from '../../session/teaching'
import { subjectName } from '../../shell/courseName'
import { Empty, Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { CoursesQuery } from '../courses/Courses.graphql'
import { gradebookPath } from '../gradebook/address'
import { Refused } from '../person/Refused'
import { currentTerm, termsOf } from '../terms/decisions'
import { TermsQuery } from '../terms/Terms.graphql'
import { contentOf } from './content'
import { Preview } from './Preview'
import { type Imported, ImportRegister } from './RegisterFile.graphql'

const TOLD = ['TOO_LARGE', 'NOT_A_SPREADSHEET', 'OTHER_COURSE', 'HEADER_CHANGED', 'FORMULAS', 'MERGED_CELLS', 'TOO_MANY', 'CONFLICT'] as const

/** A course's term as a spreadsheet: saved, filled in elsewhere, and taken back after it was seen what changes. */
export default function RegisterFile() {
  const { t, i18n } = useTranslation()
  const { course = '' } = useParams<{ course: string }>()
  const [search, choose] = useSearchParams()
  const { school } = useTeaching()
  const [{ data, error }, ask] = useQuery({ query: TermsQuery })
  const [{ data: own }] = useQuery({ query: CoursesQuery })
  const terms = termsOf(data?.terms, school.id)?.filter(({ kind }) => kind === 'TERM')
  const term = terms && (terms.find(({ id }) => id === search.get('term')) ?? currentTerm(terms, school.today))
  const mine = own?.myCourses.find(({ id }) => id === course)
  return (
    <Stack maw={860}>
      <Group justify="space-between" align="flex-end" gap="xs">
        <Title order={1} size="h2">{mine ? t('registerFile.of', { group: mine.classGroup.name, subject: subjectName(mine) }) : t('registerFile.title')}</Title>
        <Button component={Link} href={gradebookPath(course)} variant="default">{t('gradebook.title')}</Button>
      </Group>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      {terms && !term && <Empty>{t('terms.none')}</Empty>}
      {terms && term && (
        <>
          <Paper withBorder p="md">
            <Group align="flex-end">
              <NativeSelect
                label={t('terms.term')} value={term.id} onChange={(event) => choose({ term: event.currentTarget.value }, { replace: true })}
                data={terms.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <Button component="a" href={`/registers/${course}/${term.id}.xlsx?language=${i18n.language === 'ru' ? 'ru' : 'en'}`} download>{t('registerFile.export')}</Button>
            </Group>
          </Paper>
          {mine ? <Import key={term.id} course={course} term={term.id} /> : own && <Text size="sm" c="dimmed">{t('gradebook.readOnly')}</Text>}
        </>
      )}
    </Stack>
  )
}

/** A file is chosen, what it would change is shown, and then it is done, or another file is chosen. */
function Import({ course, term }: { course: string; term: string }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const { fetching, denied, change } = useChange(ImportRegister)
  const [sent, setSent] = useState<{ id: string; courseId: string; termId: string; content: string } | null>(null)
  const [found, setFound] = useState<Imported | null>(null)
  const [tooLarge, setTooLarge] = useState(false)
  const [reason, setReason] = useState('')
  const look = async (file: File) => {
    setFound(null)
    const content = await contentOf(file).catch(() => null)
    setTooLarge(content === null)
    if (content === null) return
    const asked = { id: newId(), courseId: course, termId: term, content }
    setSent(asked)
    setFound(await change({ input: asked }))
  }
  const apply = async () => {
    if (sent && found) setFound((await change({ input: { ...sent, seen: found.seen, reason: reason.trim() || null } })) ?? found)
  }
  const corrects = found?.changes.some(({ kind }) => kind === 'CORRECT' || kind === 'WITHDRAW')
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">{t('registerFile.means')}</Text>
        <Group>
          <Button variant="default" loading={fetching} onClick={() => input.current?.click()}>{t('registerFile.choose')}</Button>
          <input
            ref={input} type="file" hidden accept=".xlsx" aria-label={t('registerFile.choose')}
            onChange={({ target }) => { const file = target.files?.[0]; target.value = ''; if (file) void look(file) }}
          />
        </Group>
        {tooLarge && <Alert role="alert" color="red">{t('registerFile.refused.TOO_LARGE')}</Alert>}
        <Refused denied={denied} words={Object.fromEntries(TOLD.map((code) => [code, t(`registerFile.refused.${code}`)]))} />
        {found && <Preview found={found} />}
        {found && !found.applied && found.faults.length > 0 && <Text size="sm">{t('registerFile.mend')}</Text>}
        {found && !found.applied && found.changes.length > 0 && !found.faults.length && (
          <>
            {corrects && <TextInput label={t('gradebook.reason')} value={reason} maxLength={500} maw={420} onChange={(event) => setReason(event.currentTarget.value)} />}
            <Group><Button loading={fetching} onClick={apply}>{t('registerFile.apply', { count: found.changes.length })}</Button></Group>
          </>
        )}
      </Stack>
    </Paper>
  )
}
