import { Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Confirm } from '../../shell/Confirm'
import { useChange } from '../account/change'
import { AREAS } from './areas'
import { type Guardian, type Known, RestrictGuardianship } from './Person.graphql'
import styles from './Person.module.css'
import { Refused } from './Refused'

const LONGEST = 200

/** What stays open to a guardian by a court's decision; everything, if it is lifted. */
export function Restrict({ pupil, guardian, done, cancel }: { pupil: Known; guardian: Guardian; done: () => void; cancel: () => void }) {
  const { t } = useTranslation()
  const { denied, change } = useChange(RestrictGuardianship)
  const [open, setOpen] = useState(AREAS.filter((area) => guardian.open.includes(area)))
  const [reason, setReason] = useState('')
  const [wanting, setWanting] = useState(false)
  const closesNothing = open.length === AREAS.length && guardian.open.length === AREAS.length
  const save = async () => {
    if (closesNothing || !reason.trim()) return setWanting(true)
    if (await change({ input: { guardianId: guardian.person.id, pupilId: pupil.id, open, reason: reason.trim() } })) done()
  }
  const lifted = open.length === AREAS.length && !closesNothing
  return (
    <Confirm title={t('office.restrictTitle', { name: guardian.person.name })} act={t(lifted ? 'office.openAll' : 'office.restrictIt')} onAct={() => void save()} onCancel={cancel}>
      <Text size="sm">{t('office.restrictMeans', { pupil: pupil.name })}</Text>
      <fieldset className={styles.choices}>
        <legend>{t('office.staysOpen')}</legend>
        {AREAS.map((area) => (
          <label key={area} className={styles.choice}>
            <input
              type="checkbox" checked={open.includes(area)}
              onChange={(event) => setOpen(AREAS.filter((one) => (one === area ? event.currentTarget.checked : open.includes(one))))}
            />
            {t(`office.area.${area}`)}
          </label>
        ))}
      </fieldset>
      {wanting && closesNothing && <Text size="sm" role="alert" c="var(--mantine-color-error)">{t('office.closesNothing')}</Text>}
      <TextInput
        label={t('office.reason')} description={t('office.reasonHint')} maxLength={LONGEST} value={reason} error={wanting && !reason.trim() && t('office.reasonNeeded')}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Refused denied={denied} words={{ NOT_FOUND: t('office.noMoreGuardian'), BAD_INPUT: t('office.reasonNeeded') }} />
    </Confirm>
  )
}
