import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { Failed, Loading } from '../../shell/states'
import list from '../people/People.module.css'
import { PersonLine } from '../people/PersonLine'
import { Part } from './Part'
import { WardsQuery } from './Person.graphql'

/** The pupils for whom somebody answers. */
export function Wards({ guardian }: { guardian: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: WardsQuery, variables: { guardian } })
  return (
    <Part title={t('office.wards')}>
      {!data && (error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />)}
      {data && (
        <ul className={list.people}>
          {data.people.edges.map(({ node }) => (
            <li key={node.id}><Link href={`/people/${node.id}`} className={list.person}><PersonLine person={node} /></Link></li>
          ))}
        </ul>
      )}
    </Part>
  )
}
