import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { WhereaboutsQuery } from './Inside.graphql'
import styles from './Inside.module.css'
import { PersonLine } from './PersonLine'
import { usePassing } from './refreshing'

const MOST = 20

/** Those whose name begins so. */
export function Found({ search }: { search: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: WhereaboutsQuery, variables: { search } })
  const again = () => ask({ requestPolicy: 'network-only' })
  usePassing(again)
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const found = data.whereabouts
  return (
    <section aria-label={t('inside.found')} className={styles.found}>
      {found.length ? <ul className={styles.people}>{found.map((who) => <PersonLine key={who.person?.id} who={who} />)}</ul> : <p className={styles.none}>{t('inside.nobody', { search })}</p>}
      {found.length === MOST && <p className={styles.none}>{t('inside.moreFound')}</p>}
    </section>
  )
}
