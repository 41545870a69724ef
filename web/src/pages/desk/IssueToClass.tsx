import { Button, Group, NativeSelect, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useSearchParams } from 'wouter'
import { Face } from '../../shell/Face'
import { Empty, Failed, Loading } from '../../shell/states'
import { ClassesQuery, type Known, PeopleQuery } from '../people/People.graphql'
import { Desk } from './Desk'
import styles from './Desk.module.css'

const AT_ONCE = 100

/** Cards for a whole class in a row: whoever has none stands in it, and the next is up as soon as one is issued. */
export default function IssueToClass() {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const group = params.get('class') ?? ''
  const [{ data }] = useQuery({ query: ClassesQuery })
  return (
    <Stack>
      <Title order={1} size="h2">{t('office.cards')}</Title>
      <Text size="sm" c="dimmed">{t('office.cardsMeans')}</Text>
      <NativeSelect
        label={t('office.class')} size="md" maw={240} value={group} onChange={(event) => setParams(event.currentTarget.value ? { class: event.currentTarget.value } : {}, { replace: true })}
        data={[{ value: '', label: t('office.chooseClass') }, ...(data?.classGroups ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
      />
      {group && <Row key={group} group={group} />}
    </Stack>
  )
}

function Row({ group }: { group: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: PeopleQuery, variables: { group, search: null, first: AT_ONCE, after: null }, requestPolicy: 'network-only' })
  const [done, setDone] = useState<ReadonlySet<string>>(new Set())
  const [chosen, setChosen] = useState<string | null>(null)
  if (!data) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />
  const pupils = data.people.edges.map(({ node }) => node).filter(({ leftOn }) => leftOn === null)
  const wanting = pupils.filter(({ hasCard, id }) => !hasCard || done.has(id))
  const open = wanting.filter(({ id }) => !done.has(id))
  const now = open.find(({ id }) => id === chosen) ?? open[0]
  const after = (one: Known) => open[(open.indexOf(one) + 1) % open.length]?.id ?? null
  if (wanting.length === 0) return <Empty>{t('office.allHaveCards')}</Empty>
  return (
    <div className={styles.row}>
      {now ? (
        <Stack gap="sm">
          <div className={styles.now}><Face name={now.name} photo={now.photo} size={64} /><span>{now.name}</span></div>
          <Desk person={now} issued={() => { setChosen(after(now)); setDone(new Set([...done, now.id])) }} />
          {open.length > 1 && <Group><Button variant="default" onClick={() => setChosen(after(now))}>{t('office.skip')}</Button></Group>}
        </Stack>
      ) : <Empty>{t('office.rowDone')}</Empty>}
      <section aria-label={t('office.row')}>
        <Title order={2} size="h5" mb={6}>{t('office.left', { count: open.length })}</Title>
        <ul className={styles.next}>
          {wanting.map(({ id, name }) => (
            <li key={id} aria-current={id === now?.id || undefined}>
              {done.has(id) ? <span className={styles.done}>{t('office.got', { name })}</span> : <UnstyledButton onClick={() => setChosen(id)}>{name}</UnstyledButton>}
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
