import { Button, Input, NativeSelect, Paper, Stack, TextInput, Title } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useLocation } from 'wouter'
import { newId } from '../../api/newId'
import { Failed, Loading } from '../../shell/states'
import { addDays } from '../../texts/formats'
import { useChange } from '../account/change'
import { useSides } from '../messages/inbox'
import { Refused } from '../person/Refused'
import { Announce as AnnounceMutation, AudienceQuery } from './Announce.graphql'

/** Office and head announce something to the school, a year or a class; a class teacher to the own class. */
export default function Announce() {
  const { t } = useTranslation()
  const { isOffice, grants } = useSides()
  const { school } = grants.find(({ role }) => ['OFFICE', 'HEAD', 'TEACHER'].includes(role)) ?? grants[0]!
  const [, go] = useLocation()
  const [{ data, error }, ask] = useQuery({ query: AudienceQuery, variables: { whole: isOffice } })
  const [whom, choose] = useState(isOffice ? 'school' : '')
  const [title, setTitle] = useState('')
  const [text, write] = useState('')
  const [until, setUntil] = useState('')
  const id = useRef(newId())
  const { fetching, denied, change } = useChange(AnnounceMutation)
  if (!data) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />
  const classes = data.classGroups ?? data.reportCardClasses ?? []
  const nameOf = (id: string) => grants.find((grant) => grant.school.id === id)?.school.shortName
  const isOfSeveral = new Set(classes.map(({ schoolId }) => schoolId)).size > 1
  const grades = [...new Set(data.classGroups?.map(({ grade }) => grade))]
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const [kind, value] = whom.split(' ')
    const audience = kind === 'grade' ? { grade: Number(value) } : kind === 'class' ? { classGroupId: value! } : {}
    const schoolId = classes.find((group) => kind === 'class' && group.id === value)?.schoolId ?? school.id
    if (await change({ input: { id: id.current, schoolId, title, text, acknowledgeBy: until || null, ...audience } })) go('/messages')
    else id.current = newId()
  }
  return (
    <Stack maw={640}>
      <Title order={1} size="h2">{t('announce.title')}</Title>
      <Paper component="form" withBorder p="md" onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <NativeSelect
            label={t('announce.whom')} required value={whom} onChange={(event) => choose(event.currentTarget.value)}
            data={[
              ...(isOffice ? [{ value: 'school', label: t('messages.school') }] : [{ value: '', label: t('messages.chooseClass') }]),
              ...grades.map((grade) => ({ value: `grade ${grade}`, label: t('messages.grade', { grade }) })),
              ...classes.map(({ id: group, schoolId, name }) => ({ value: `class ${group}`, label: isOfSeveral ? `${name} · ${nameOf(schoolId)}` : name })),
            ]}
          />
          <TextInput label={t('announce.heading')} required maxLength={200} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
          <Input.Wrapper label={t('announce.text')} required>
            <Input component="textarea" multiline rows={6} required maxLength={4000} value={text} onChange={(event) => write(event.currentTarget.value)} />
          </Input.Wrapper>
          <TextInput
            type="date" label={t('announce.until')} description={t('announce.untilMeans')} value={until} min={school.today} max={addDays(school.today, 366)}
            onChange={(event) => setUntil(event.currentTarget.value)} maw={220}
          />
          <div><Button type="submit" loading={fetching} disabled={!whom || !title.trim() || !text.trim()}>{t('announce.send')}</Button></div>
          <Refused denied={denied} words={{ NOT_FOUND: t('announce.notYours') }} />
        </Stack>
      </Paper>
    </Stack>
  )
}
