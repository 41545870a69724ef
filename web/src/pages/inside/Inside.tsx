import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { usePlaces } from '../../live/place'
import { useMe } from '../../session/Session'
import { useWatching } from '../../session/watching'
import { Empty, Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { ClassPresenceQuery, PlacesQuery } from './Inside.graphql'
import styles from './Inside.module.css'
import { Found } from './Found'
import { OneClass, Staff } from './OneClass'
import { Opened } from './Opened'
import { Passing, usePassing } from './refreshing'
import { useRhythm } from './useRhythm'

const CALM = 3000
const STAFF = 'staff'

/** Who is in the school now. Guards, office and head follow the doors; a teacher, who does not, asks every half minute. */
export default function Inside() {
  const [listeners] = useState(() => new Set<() => void>())
  const watches = useMe().grants.some(({ role }) => role === 'GUARD' || role === 'OFFICE' || role === 'HEAD')
  const tell = () => listeners.forEach((hear) => hear())
  return (
    <Passing value={listeners}>
      {watches ? <FollowDoors tell={tell} /> : <AskOften tell={tell} />}
      <Page watches={watches} />
    </Passing>
  )
}

function FollowDoors({ tell }: { tell: () => void }) {
  const { t } = useTranslation()
  const { time } = useFormats()
  const [{ data }] = useQuery({ query: PlacesQuery })
  const doors = (data?.doors ?? []).filter(({ antiPassback }) => antiPassback !== null).map(({ id }) => id)
  const brokenAt = usePlaces(doors, tell, CALM)
  return <div role="status">{brokenAt && <p className={styles.broken}>{t('inside.broken', { time: time(brokenAt.toISOString()) })}</p>}</div>
}

function AskOften({ tell }: { tell: () => void }) {
  useRhythm(tell)
  return null
}

function Page({ watches }: { watches: boolean }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { today, shortName } = useWatching()
  const [{ data, error }, ask] = useQuery({ query: ClassPresenceQuery })
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const [typed, setTyped] = useState('')
  const search = useDeferredValue(typed.trim())
  const again = () => ask({ requestPolicy: 'network-only' })
  usePassing(again)
  const classes = data?.classPresence ?? []
  const toggle = (id: string) => setOpened((before) => (before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id])))
  const all = [...classes.map(({ classGroup }) => classGroup.id), ...(watches ? [STAFF] : [])]
  const allOpen = all.every((id) => opened.has(id))
  const sum = (of: (one: (typeof classes)[number]) => number) => classes.reduce((total, one) => total + of(one), 0)
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{t('inside.title')}</Title>
        {data && <Text className={styles.total}>{t('inside.pupils', { inside: sum(({ inside }) => inside), all: sum(({ pupils }) => pupils) })}</Text>}
        <Text c="dimmed" className={styles.printed}>{shortName}, {day(today)}</Text>
      </div>
      <Group className={styles.tools} align="flex-end">
        <TextInput type="search" label={t('inside.search')} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} maxLength={100} className={styles.search} />
        <Button variant="default" onClick={() => setOpened(allOpen ? new Set() : new Set(all))}>{t(allOpen ? 'inside.closeAll' : 'inside.openAll')}</Button>
        <Button variant="default" onClick={() => print()}>{t('inside.print')}</Button>
      </Group>
      {search && <Found search={search} />}
      {error && !data && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data && !classes.length && <Empty>{t('inside.noClasses')}</Empty>}
      <div className={styles.classes}>
        {classes.map(({ classGroup: { id, name }, inside, pupils }) => (
          <Opened key={id} name={t('inside.class', { name })} inside={inside} all={pupils} open={opened.has(id)} toggle={() => toggle(id)}><OneClass id={id} /></Opened>
        ))}
        {watches && <Opened name={t('inside.staff')} inside={null} all={null} open={opened.has(STAFF)} toggle={() => toggle(STAFF)}><Staff /></Opened>}
      </div>
    </Stack>
  )
}
