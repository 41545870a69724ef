import { Alert, Button, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMutation } from 'urql'
import { useSession } from '../../session/Session'
import { Denial } from '../sign-in/Denial'
import type { Denied } from '../sign-in/signing'
import { SignOut } from './Account.graphql'

const TOLD = ['BAD_CREDENTIALS', 'WEAK_PASSWORD', 'BAD_INPUT'] as const

/** Why a change of one's own account is refused; what only a fresh session may change begins with signing in again. */
export function ChangeDenial({ denied }: { denied: Denied | null }) {
  const { t } = useTranslation()
  const { restart } = useSession()
  const [{ fetching }, signOut] = useMutation(SignOut)
  const told = TOLD.find((one) => one === denied?.code)
  if (denied?.code === 'SIGN_IN_AGAIN') {
    return (
      <Alert role="alert" color="yellow">
        <Stack gap="sm" align="flex-start">
          <Text size="sm" c="var(--mantine-color-text)">{t('security.notFresh')}</Text>
          <Button size="sm" loading={fetching} onClick={async () => { if (!(await signOut({})).error) restart() }}>{t('security.signInAgain')}</Button>
        </Stack>
      </Alert>
    )
  }
  if (told) return <Alert role="alert" color="red">{t(`security.${told}`)}</Alert>
  return <Denial denied={denied} />
}
