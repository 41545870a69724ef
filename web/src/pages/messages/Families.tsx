import { NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { Failed, Loading } from '../../shell/states'
import { talkPath } from './inbox'
import { ClassesQuery, ClassQuery } from './Messages.graphql'
import styles from './Messages.module.css'

/** The families of a teacher's own pupils, by class. */
export default function Families() {
  const { t } = useTranslation()
  const [group, choose] = useState('')
  const [{ data, error }, ask] = useQuery({ query: ClassesQuery, variables: { teaches: true } })
  const [{ data: pupils }] = useQuery({ query: ClassQuery, variables: { group }, pause: !group })
  const taught = new Map(data?.myCourses?.map(({ classGroup, teacher }) => [classGroup.id, teacher?.id]))
  const self = taught.get(group)
  const classes = data?.classGroups.filter(({ id }) => taught.has(id)) ?? []
  if (error) return <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />
  if (!data) return <Loading />
  return (
    <section aria-label={t('messages.family')}>
      <NativeSelect
        label={t('messages.class')} value={group} onChange={(event) => choose(event.currentTarget.value)} maw={220} mb={8}
        data={[{ value: '', label: t('messages.chooseClass') }, ...classes.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <ul className={styles.people}>
        {self && pupils?.pupils.edges.map(({ node }) => (
          <li key={node.id}><Link href={talkPath(node.id, self)} className={styles.person}>{node.name}</Link></li>
        ))}
      </ul>
    </section>
  )
}
