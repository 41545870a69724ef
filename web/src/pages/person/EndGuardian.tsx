import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Confirm } from '../../shell/Confirm'
import { useChange } from '../account/change'
import { EndGuardianship, type Guardian, type Known } from './Person.graphql'
import { Refused } from './Refused'

/** Asks before somebody answers for a pupil no more. */
export function EndGuardian({ pupil, guardian: { person }, done, cancel }: { pupil: Known; guardian: Guardian; done: () => void; cancel: () => void }) {
  const { t } = useTranslation()
  const { denied, change } = useChange(EndGuardianship)
  const end = async () => {
    if (await change({ input: { guardianId: person.id, pupilId: pupil.id } })) done()
  }
  return (
    <Confirm title={t('office.endTitle', { name: person.name })} act={t('office.endIt')} onAct={() => void end()} onCancel={cancel}>
      <Text size="sm">{t('office.endMeans', { pupil: pupil.name })}</Text>
      <Text size="sm">{t('office.endKeeps')}</Text>
      <Refused denied={denied} words={{ NOT_FOUND: t('office.noMoreGuardian') }} />
    </Confirm>
  )
}
