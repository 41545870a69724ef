import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../session/Session'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { Denial } from '../sign-in/Denial'
import { usePassword } from '../sign-in/signing'
import { AcceptInvitation, type Info } from './Invitation.graphql'

const [SHORTEST, LONGEST] = [8, 200]

/** A login and a password of one's own, and one is in. */
export function NewAccount({ code, info, enter }: { code: string; info: Info; enter: () => void }) {
  const { t } = useTranslation()
  const { restart } = useSession()
  const { fetching, denied, change } = useChange(AcceptInvitation)
  const goIn = () => {
    history.replaceState(null, '', '/')
    restart()
  }
  const signing = usePassword({ done: goIn, needSecond: goIn })
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [made, setMade] = useState(false)
  const begin = async () => {
    if (!made && !(await change({ input: { code, login, password } }))) return
    setMade(true)
    await signing.signIn(login, password)
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); void begin() }}>
      <Stack>
        <Invited info={info} />
        <Text size="sm">{t('office.chooseBoth')}</Text>
        <TextInput
          label={t('signIn.login')} description={t('office.loginHint')} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} required
          minLength={3} maxLength={80} value={login} onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('signIn.password')} description={t('security.newHint', { count: SHORTEST })} name="password" autoComplete="new-password" required
          minLength={SHORTEST} maxLength={LONGEST} value={password} onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Refused
          denied={denied}
          words={{
            CONFLICT: t('office.loginTaken'), BAD_INPUT: t('office.badLogin'), WEAK_PASSWORD: t('security.WEAK_PASSWORD'), BAD_CODE: t('office.badCode'),
          }}
        />
        {made && signing.denied && <Alert role="status" color="green">{t('office.accountMade')}</Alert>}
        <Denial denied={signing.denied} />
        <Button type="submit" loading={fetching || signing.fetching}>{t('office.begin')}</Button>
        {!made && <Button variant="default" onClick={enter}>{t('office.haveLogin')}</Button>}
      </Stack>
    </form>
  )
}

/** To which school, and as what. */
export function Invited({ info: { schoolName, role } }: { info: Info }) {
  const { t } = useTranslation()
  return (
    <div role="status">
      <Text fw={600}>{schoolName}</Text>
      <Text>{t('office.invitedAs', { role: t(`role.${role}`) })}</Text>
    </div>
  )
}
