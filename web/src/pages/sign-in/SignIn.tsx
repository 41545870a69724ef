import { Paper, Stack, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../session/Session'
import { DemoLogins } from './DemoLogins'
import { Outside } from './Outside'
import { Password } from './Password'
import { Providers } from './Providers'
import { SecondFactor } from './SecondFactor'
import { WithPasskey } from './WithPasskey'

/** A provider that wants the second factor of ours sends people to `/#ticket=…`. */
const ticketOfAddress = (): string | null => new URLSearchParams(location.hash.slice(1)).get('ticket')

/** The way in: a password and, where the account has one, the second factor; or a provider's word. */
export default function SignIn() {
  const { t } = useTranslation()
  const { restart } = useSession()
  const [ticket, setTicket] = useState(ticketOfAddress)
  const done = () => {
    history.replaceState(null, '', location.pathname + (ticketOfAddress() === null ? location.hash : ''))
    restart()
  }
  return (
    <Outside>
      <Paper p="lg" withBorder>
        <Stack>
          <Title order={1} size="h3">{t('signIn.title')}</Title>
          {ticket === null
            ? <Password done={done} needSecond={setTicket} />
            : <SecondFactor ticket={ticket} done={done} back={() => setTicket(null)} />}
          {ticket === null && <WithPasskey done={done} />}
          <Providers />
        </Stack>
      </Paper>
      {ticket === null && <DemoLogins done={done} needSecond={setTicket} />}
    </Outside>
  )
}
