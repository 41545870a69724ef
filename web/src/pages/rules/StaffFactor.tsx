import { Alert, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { Confirm } from '../../shell/Confirm'
import { Failed, Loading } from '../../shell/states'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import { Refused } from '../person/Refused'
import { RequireStaffFactor, StaffFactorQuery } from './Rules.graphql'

/** Whether the staff have to show a second factor. Whoever has shown none cannot require it: they would lock themselves out. */
export function StaffFactor({ school }: { school: string }) {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: StaffFactorQuery, requestPolicy: 'network-only' })
  const { denied, change } = useChange(RequireStaffFactor)
  const [asked, setAsked] = useState(false)
  const [done, setDone] = useState(false)
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const { required, strong } = data.mySecurity
  const turn = async () => {
    setDone((await change({ input: { schoolId: school, required: !required } })) !== null)
    setAsked(false)
    again()
  }
  return (
    <Part title={t('office.staffFactor')}>
      <Text size="sm" c="dimmed">{t('office.staffFactorMeans')}</Text>
      <Text fw={600}>{t(required ? 'office.factorOn' : 'office.factorOff')}</Text>
      {required || strong
        ? <Group><Button variant="default" onClick={() => setAsked(true)}>{t(required ? 'office.factorFree' : 'office.factorRequire')}</Button></Group>
        : (
          <>
            <Text size="sm">{t('office.factorYours')}</Text>
            <Group><Button component={Link} href="/account" variant="default">{t('office.toAccount')}</Button></Group>
          </>
        )}
      {done && <Alert role="status" color="green">{t('office.factorChanged')}</Alert>}
      <Refused denied={denied} words={{ SIGN_IN_AGAIN: t('office.factorYours'), NOT_FOUND: t('office.goneMeanwhile') }} />
      {asked && (
        <Confirm
          title={t(required ? 'office.factorFreeTitle' : 'office.factorRequireTitle')} act={t(required ? 'office.factorFree' : 'office.factorRequire')}
          onAct={() => void turn()} onCancel={() => setAsked(false)}
        >
          <Text size="sm">{t(required ? 'office.factorFreeMeans' : 'office.factorRequireMeans')}</Text>
        </Confirm>
      )}
    </Part>
  )
}
