import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Failed, Loading } from '../../shell/states'
import { useChange } from './change'
import { CodeForm } from './CodeForm'
import { NewApp } from './NewApp'
import { RecoveryCodes } from './RecoveryCodes'
import { RemoveTotp, RenewRecoveryCodes, SecurityQuery } from './Security.graphql'

type Step = 'add' | 'renew' | 'remove'

/** The app whose codes are asked for beside the password. */
export function SecondFactor() {
  const { t } = useTranslation()
  const [{ data, error }, ask] = useQuery({ query: SecurityQuery })
  const [step, setStep] = useState<Step | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const renewing = useChange(RenewRecoveryCodes)
  const removing = useChange(RemoveTotp)
  const again = () => ask({ requestPolicy: 'network-only' })
  const over = (told: readonly string[] | null = null) => {
    setStep(null)
    setCodes(told)
    again()
  }
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const { totp, recoveryCodes, required } = data.mySecurity
  return (
    <Paper p="md" withBorder component="section">
      <Stack gap="sm" maw={560}>
        <Title order={2} size="h4">{t('security.factor')}</Title>
        <Text size="sm">{totp ? t('security.on', { count: recoveryCodes }) : t('security.off')}</Text>
        {required && !totp && <Text size="sm" fw={600}>{t('security.required')}</Text>}
        {codes && <RecoveryCodes codes={codes} done={() => setCodes(null)} />}
        {step === null && !codes && (
          <Group gap="xs">
            {!totp && <Button onClick={() => setStep('add')}>{t('security.add')}</Button>}
            {totp && <Button variant="default" onClick={() => setStep('renew')}>{t('security.renew')}</Button>}
            {totp && <Button variant="default" onClick={() => setStep('remove')}>{t('security.remove')}</Button>}
          </Group>
        )}
        {step === 'add' && <NewApp added={over} cancel={() => setStep(null)} />}
        {step === 'renew' && (
          <CodeForm {...renewing} recovery act={t('security.renew')} cancel={() => setStep(null)} send={async (code) => {
            const made = await renewing.change({ code })
            if (made) over(made.codes)
          }} />
        )}
        {step === 'remove' && (
          <CodeForm {...removing} recovery act={t('security.remove')} cancel={() => setStep(null)} send={async (code) => {
            if (await removing.change({ code })) over()
          }} />
        )}
      </Stack>
    </Paper>
  )
}
