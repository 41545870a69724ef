import { Button, Center, NativeSelect, Stack, Text, Title } from '@mantine/core'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link, useSearchParams } from 'wouter'
import { Empty, Failed, Loading } from '../../shell/states'
import { ClassesQuery, type Known } from './People.graphql'
import styles from './People.module.css'
import { PersonLine } from './PersonLine'
import { SearchField } from './SearchField'
import { useArrows } from './useArrows'
import { usePeople } from './usePeople'

/** Everybody whom the school knows: by how the name begins, by class. What is looked for stands in the address, so that one comes back to it. */
export default function People() {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const wanted = { search: params.get('name') ?? '', group: params.get('class') ?? '' }
  const [{ data: classes }] = useQuery({ query: ClassesQuery })
  const { people, hasMore, stale, fetching, error, again, more } = usePeople(wanted)
  const arrows = useArrows(stale)
  const want = (key: 'name' | 'class', value: string) =>
    setParams((before) => {
      if (value) before.set(key, value)
      else before.delete(key)
      return before
    }, { replace: true })
  return (
    <Stack {...arrows}>
      <Title order={1} size="h2">{t('office.people')}</Title>
      <div className={styles.wanted}>
        <SearchField value={wanted.search} onChange={(search) => want('name', search)} autoFocus />
        <NativeSelect
          label={t('office.class')} size="md" value={wanted.group} onChange={(event) => want('class', event.currentTarget.value)}
          data={[{ value: '', label: t('office.everybody') }, ...(classes?.classGroups ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
        />
      </div>
      {error && <Failed error={error} retry={again} />}
      {!people && !error && <Loading />}
      {people?.length === 0 && <Empty>{t('office.notFound')}</Empty>}
      {people && people.length > 0 && (
        <>
          <Text size="sm" c="dimmed" className={styles.keys}>{t('office.keys')}</Text>
          <ul className={styles.people} aria-label={t('office.found')} aria-busy={stale}>
            {people.map((person) => <Found key={person.id} person={person} />)}
          </ul>
        </>
      )}
      {hasMore && <Center><Button variant="default" loading={fetching} onClick={more}>{t('office.more')}</Button></Center>}
    </Stack>
  )
}

/** One of them; drawn once, however many come after. */
const Found = memo(({ person }: { person: Known }) => (
  <li><Link href={`/people/${person.id}`} className={styles.person} data-found><PersonLine person={person} /></Link></li>
))
Found.displayName = 'Found'
