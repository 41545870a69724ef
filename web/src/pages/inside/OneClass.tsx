import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { ClassQuery, StaffQuery } from './Inside.graphql'
import { People } from './People'
import { usePassing } from './refreshing'

/** The pupils of a class by name. */
export function OneClass({ id }: { id: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: ClassQuery, variables: { classGroup: id } })
  const again = () => ask({ requestPolicy: 'network-only' })
  usePassing(again)
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  return <People people={data.presence} empty={t('inside.emptyClass')} />
}

/** The staff by name. */
export function Staff() {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: StaffQuery })
  const again = () => ask({ requestPolicy: 'network-only' })
  usePassing(again)
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  return <People people={data.staffPresence} empty={t('inside.noStaff')} />
}
