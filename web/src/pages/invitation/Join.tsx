import { Button, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMutation } from 'urql'
import { useSession } from '../../session/Session'
import { SignOut } from '../account/Account.graphql'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { AcceptInvitation, type Info } from './Invitation.graphql'
import { Invited } from './NewAccount'

/** The account that is signed in gets one more role: another child, another school. */
export function Join({ code, info, login }: { code: string; info: Info; login: string }) {
  const { t } = useTranslation()
  const { restart } = useSession()
  const { fetching, denied, change } = useChange(AcceptInvitation)
  const [leaving, signOut] = useMutation(SignOut)
  const join = async () => {
    if (!(await change({ input: { code } }))) return
    history.replaceState(null, '', '/')
    restart()
  }
  return (
    <Stack>
      <Invited info={info} />
      <Text size="sm">{t('office.joinMeans', { login })}</Text>
      <Refused denied={denied} words={{ BAD_CODE: t('office.badCode') }} />
      <Button loading={fetching} onClick={() => void join()}>{t('office.join')}</Button>
      <Button
        variant="default" loading={leaving.fetching}
        onClick={async () => {
          history.replaceState(null, '', `#${encodeURIComponent(code)}`)
          if (!(await signOut({})).error) restart()
        }}
      >
        {t('office.notMe')}
      </Button>
    </Stack>
  )
}
