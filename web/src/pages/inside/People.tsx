import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Whereabouts } from './Inside.graphql'
import styles from './Inside.module.css'
import { PersonLine } from './PersonLine'

/** Those who are not in the school first: they are who is looked for; then those who are. */
export function People({ people, empty }: { people: readonly Whereabouts[]; empty: string }) {
  const { t } = useTranslation()
  const away = people.filter(({ inside }) => !inside)
  const here = people.filter(({ inside }) => inside)
  if (!people.length) return <p className={styles.none}>{empty}</p>
  return (
    <>
      <Group title={t('inside.awayCount', { number: away.length })} people={away} />
      <Group title={t('inside.hereCount', { number: here.length })} people={here} />
    </>
  )
}

function Group({ title, people }: { title: ReactNode; people: readonly Whereabouts[] }) {
  if (!people.length) return null
  return (
    <>
      <h3 className={styles.group}>{title}</h3>
      <ul className={styles.people}>{people.map((who) => <PersonLine key={who.person?.id} who={who} headed />)}</ul>
    </>
  )
}
