import { Alert, Button, Group, NativeSelect, Stack, Text, TextInput, Title, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { newId } from '../../api/newId'
import { useChange } from '../account/change'
import type { Known as Listed } from '../people/People.graphql'
import list from '../people/People.module.css'
import { PersonLine } from '../people/PersonLine'
import { SearchField } from '../people/SearchField'
import { useArrows } from '../people/useArrows'
import { usePeople } from '../people/usePeople'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { AddDoorRule, type Direction, type Door, RuleClassesQuery, type Weekday } from './Doors.graphql'
import { type Said, useRuleWords, WEEKDAYS } from './words'

const AUDIENCES = ['PUPILS', 'STAFF', 'CLASS_GROUP', 'PERSON'] as const
const WAYS = ['BOTH', 'IN', 'OUT'] as const
const FEW = 5

interface Draft {
  audience: (typeof AUDIENCES)[number]
  group: string
  person: Listed | null
  door: string
  way: (typeof WAYS)[number]
  weekdays: readonly Weekday[]
  startsAt: string
  endsAt: string
  validFrom: string
  validUntil: string
}

const BLANK: Draft = { audience: 'PUPILS', group: '', person: null, door: '', way: 'BOTH', weekdays: WEEKDAYS.slice(0, 5), startsAt: '07:00', endsAt: '20:00', validFrom: '', validUntil: '' }
/** A day's end, which a field of time cannot say. */
const MIDNIGHT = '00:00'

interface Asked {
  school: string
  doors: readonly Door[]
  changed: () => void
}

/** One more rule. What it will let pass is said in words as it is put together, and again once it is there. */
export function NewRule({ school, doors, changed }: Asked) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const [made, setMade] = useState<string | null>(null)
  if (open) return <Form school={school} doors={doors} cancel={() => setOpen(false)} done={(words) => { setOpen(false); setMade(words); changed() }} />
  return (
    <>
      {made && <Alert role="status" color="green">{t('doors.ruleMade', { rule: made })}</Alert>}
      <div><Button onClick={() => { setMade(null); setOpen(true) }}>{t('doors.newRule')}</Button></div>
    </>
  )
}

function Form({ school, doors, cancel, done }: { school: string; doors: readonly Door[]; cancel: () => void; done: (words: string) => void }) {
  const { t } = useTranslation()
  const { fetching, denied, change } = useChange(AddDoorRule)
  const { who, terms, weekday } = useRuleWords()
  const [id, renew] = useState(newId)
  const [draft, set] = useState(BLANK)
  const [{ data }] = useQuery({ query: RuleClassesQuery, variables: { school } })
  const classes = data?.schoolClasses.map(({ classGroup }) => classGroup) ?? []
  /** Another rule has another id. */
  const alter = (part: Partial<Draft>) => {
    set({ ...draft, ...part })
    renew(newId())
  }
  const endsAt = draft.endsAt === MIDNIGHT ? '24:00' : draft.endsAt
  const direction: Direction | null = draft.way === 'BOTH' ? null : draft.way
  const said: Said = {
    audience: draft.audience, direction, weekdays: [...draft.weekdays], startsAt: draft.startsAt, endsAt, validFrom: draft.validFrom || null, validUntil: draft.validUntil || null,
    door: doors.find((door) => door.id === draft.door) ?? null, classGroup: classes.find((one) => one.id === draft.group) ?? null, person: draft.person,
  }
  const fault = faultOf(draft, endsAt)
  const add = async () => {
    const { audience, weekdays, startsAt, validFrom, validUntil } = said
    const answer = await change({ input: {
      id, schoolId: school, audience, classGroupId: audience === 'CLASS_GROUP' ? draft.group : null, personId: audience === 'PERSON' ? (draft.person?.id ?? null) : null,
      doorId: draft.door || null, direction, weekdays, startsAt, endsAt, validFrom, validUntil,
    } })
    if (answer) done(`${who(said)}: ${terms(said)}`)
  }
  return (
    <form className={styles.form} aria-label={t('doors.newRule')} onSubmit={(event) => { event.preventDefault(); if (!fault) void add() }}>
      <Stack gap="sm">
        <Title order={3} size="h5">{t('doors.newRule')}</Title>
        <NativeSelect
          label={t('doors.whom')} autoFocus value={draft.audience} onChange={({ currentTarget }) => alter({ audience: AUDIENCES[currentTarget.selectedIndex] ?? 'PUPILS' })}
          data={AUDIENCES.map((one) => ({ value: one, label: t(`doors.audience.${one}`) }))}
        />
        {draft.audience === 'CLASS_GROUP' && (
          <NativeSelect label={t('office.class')} value={draft.group} onChange={({ currentTarget: { value } }) => alter({ group: value })} data={[{ value: '', label: t('setup.choose') }, ...classes.map((one) => ({ value: one.id, label: one.name }))]} />
        )}
        {draft.audience === 'PERSON' && <Whom chosen={draft.person} choose={(person) => alter({ person })} />}
        <Group grow align="flex-end">
          <NativeSelect label={t('devices.door')} value={draft.door} onChange={({ currentTarget: { value } }) => alter({ door: value })} data={[{ value: '', label: t('doors.everyDoor') }, ...doors.map((one) => ({ value: one.id, label: one.name }))]} />
          <NativeSelect label={t('doors.wayLabel')} value={draft.way} onChange={({ currentTarget }) => alter({ way: WAYS[currentTarget.selectedIndex] ?? 'BOTH' })} data={WAYS.map((value) => ({ value, label: t(`doors.way.${value}`) }))} />
        </Group>
        <fieldset className={styles.choices}>
          <legend>{t('doors.days')}</legend>
          <Group gap="md">
            {WEEKDAYS.map((day) => (
              <label key={day} className={styles.choice}>
                <input
                  type="checkbox" aria-label={weekday(day, true)} checked={draft.weekdays.includes(day)}
                  onChange={({ currentTarget: { checked } }) => alter({ weekdays: WEEKDAYS.filter((one) => (one === day ? checked : draft.weekdays.includes(one))) })}
                />
                {weekday(day)}
              </label>
            ))}
          </Group>
        </fieldset>
        <Group grow align="flex-end">
          <TextInput type="time" label={t('doors.from')} required withAsterisk={false} value={draft.startsAt} onChange={({ currentTarget: { value } }) => alter({ startsAt: value })} />
          <TextInput type="time" label={t('doors.to')} required withAsterisk={false} value={draft.endsAt} onChange={({ currentTarget: { value } }) => alter({ endsAt: value })} />
        </Group>
        <Group grow align="flex-end">
          <TextInput type="date" label={t('doors.firstDay')} value={draft.validFrom} onChange={({ currentTarget: { value } }) => alter({ validFrom: value })} />
          <TextInput type="date" label={t('doors.lastDay')} min={draft.validFrom} value={draft.validUntil} onChange={({ currentTarget: { value } }) => alter({ validUntil: value })} />
        </Group>
        <div role="status">
          {fault
            ? <Text size="sm" c="dimmed">{t(`doors.fault.${fault}`)}</Text>
            : <><Text size="sm" c="dimmed">{t('doors.willPass')}</Text><Text fw={600}>{who(said)}</Text><Text>{terms(said)}</Text><Text size="sm" c="dimmed">{t('doors.atOnce')}</Text></>}
        </div>
        <Refused denied={denied} words={{ NOT_FOUND: t('office.goneMeanwhile'), TOO_MANY: t('doors.tooMany') }} />
        <Group gap="xs">
          <Button type="submit" loading={fetching} disabled={fault !== null}>{t('doors.addRule')}</Button>
          <Button variant="default" onClick={cancel}>{t('confirm.cancel')}</Button>
        </Group>
      </Stack>
    </form>
  )
}

/** What is still wanting, or could never be meant. */
function faultOf({ audience, group, person, weekdays, startsAt, validFrom, validUntil }: Draft, endsAt: string): 'class' | 'person' | 'days' | 'times' | 'dates' | null {
  if (audience === 'CLASS_GROUP' && !group) return 'class'
  if (audience === 'PERSON' && !person) return 'person'
  if (!weekdays.length) return 'days'
  if (!startsAt || !endsAt || startsAt >= endsAt) return 'times'
  if (validFrom && validUntil && validFrom > validUntil) return 'dates'
  return null
}

function Whom({ chosen, choose }: { chosen: Listed | null; choose: (person: Listed | null) => void }) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const { people, stale } = usePeople({ search: chosen ? '' : search, group: '' }, { first: FEW, sought: true })
  const arrows = useArrows(stale)
  if (chosen) {
    return (
      <Group gap="sm">
        <Text fw={600}>{chosen.name}</Text>
        <Button variant="default" size="sm" onClick={() => choose(null)}>{t('doors.another')}</Button>
      </Group>
    )
  }
  return (
    <Stack gap="sm" {...arrows}>
      <SearchField value={search} onChange={setSearch} />
      {people?.length === 0 && <Text size="sm" c="dimmed">{t('office.notFound')}</Text>}
      {people && people.length > 0 && (
        <ul className={list.people} aria-label={t('office.found')} aria-busy={stale}>
          {people.map((person) => (
            <li key={person.id}><UnstyledButton className={list.person} data-found onClick={() => choose(person)}><PersonLine person={person} /></UnstyledButton></li>
          ))}
        </ul>
      )}
    </Stack>
  )
}
