import { Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { codeOf } from '../../api/client'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { Beside } from '../../shell/Beside'
import { ChildHeading } from '../../shell/ChildHeading'
import { Empty, Failed, Loading } from '../../shell/states'
import { Balance } from './Balance'
import { History } from './History'
import { AccountQuery } from './Meals.graphql'
import { TopUps } from './TopUps'

/** A child's money for meals: how much there is, and where it went. */
export default function Meals() {
  const { t } = useTranslation()
  const { open } = useChild()
  return (
    <Stack>
      <ChildHeading title={t('meals.title')} />
      {open.includes('MEALS') ? <Account /> : <Empty>{t('child.withheld')}</Empty>}
    </Stack>
  )
}

function Account() {
  const { t } = useTranslation()
  const { id } = useChild()
  const [{ data, error }, ask] = useQuery({ query: AccountQuery, variables: { child: id } })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  if (error && codeOf(error) === 'NOT_FOUND') return <Empty>{t('meals.noAccount')}</Empty>
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  return (
    <Beside aside={<><Balance account={data.mealAccount} /><TopUps account={data.mealAccount} /></>}>
      <History />
    </Beside>
  )
}
