import { Button, Stack, Text } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { Failed, Loading } from '../../shell/states'
import { talkPath, useSides } from './inbox'
import { type Correspondent, CorrespondentsQuery } from './Messages.graphql'
import styles from './Messages.module.css'

const Families = lazy(() => import('./Families'))

/** To whom else one may write: a guardian to who teaches a child, a teacher to the family of a pupil. */
export function NewTalk() {
  const { t } = useTranslation()
  const { isGuardian, isTeacher, children } = useSides()
  const [opened, open] = useState(false)
  const own = isGuardian ? children.filter((child) => child.open.includes('DIARY')) : []
  return (
    <Stack gap="sm">
      <div><Button aria-expanded={opened} onClick={() => open(!opened)}>{t('messages.new')}</Button></div>
      {opened && own.map((child) => <Teachers key={child.id} child={child.id} name={child.givenName} />)}
      {opened && isTeacher && <Suspense fallback={<Loading />}><Families /></Suspense>}
    </Stack>
  )
}

function Teachers({ child, name }: { child: string; name: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: CorrespondentsQuery, variables: { child } })
  return (
    <section aria-label={t('messages.whom', { name })}>
      <Text fw={600} mb={4}>{t('messages.whom', { name })}</Text>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      <ul className={styles.people}>
        {data?.correspondents.map((one) => (
          <li key={one.teacherId}>
            <Link href={talkPath(child, one.teacherId)} className={styles.person}>
              <span>{one.teacher?.name}</span> <Text span size="sm" c="dimmed">{what(one, t('messages.leads'))}</Text>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

const what = ({ subjects, leads }: Correspondent, leader: string): string => [leads && leader, ...subjects].filter(Boolean).join(', ')
