import { Group, Paper, Stack, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../session/Session'
import { Preferences } from '../../shell/Preferences'
import { DemoLogins } from './DemoLogins'
import { Password } from './Password'
import { Providers } from './Providers'
import { SecondFactor } from './SecondFactor'
import styles from './SignIn.module.css'

/** A provider that wants the second factor of ours sends people to `/#ticket=…`. */
const ticketOfAddress = (): string | null => new URLSearchParams(location.hash.slice(1)).get('ticket')

/** The way in: a password and, where the account has one, the second factor; or a provider's word. */
export function SignIn() {
  const { t } = useTranslation()
  const { restart } = useSession()
  const [ticket, setTicket] = useState(ticketOfAddress)
  const done = () => {
    history.replaceState(null, '', location.pathname)
    restart()
  }
  return (
    <div className={styles.screen}>
      <Group justify="space-between" component="header">
        <Group gap="sm">
          <img src="/icon.svg" alt="" width={36} height={36} />
          <span className={styles.name}>{t('app.name')}</span>
        </Group>
        <Preferences />
      </Group>
      <main>
        <Stack gap="lg">
          <Paper p="lg" withBorder>
            <Stack>
              <Title order={1} size="h3">{t('signIn.title')}</Title>
              {ticket === null
                ? <Password done={done} needSecond={setTicket} />
                : <SecondFactor ticket={ticket} done={done} back={() => setTicket(null)} />}
              <Providers />
            </Stack>
          </Paper>
          {ticket === null && <DemoLogins done={done} needSecond={setTicket} />}
        </Stack>
      </main>
    </div>
  )
}
