import { Paper, Stack, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useClient } from 'urql'
import { codeOf } from '../../api/client'
import { useSession } from '../../session/Session'
import { Outside } from '../sign-in/Outside'
import type { Denied } from '../sign-in/signing'
import { CodeForm } from './CodeForm'
import { type Info, InvitationInfoQuery } from './Invitation.graphql'
import { Join } from './Join'
import { NewAccount } from './NewAccount'

/** A code may stand behind the address's `#`, where no server is told it. */
const codeOfAddress = (): string => decodeURIComponent(location.hash.slice(1))

/** Where a printed code is used up: first to what it invites, then a new account, or the one that is signed in. */
export default function Invitation({ enter }: { enter: () => void }) {
  const { t } = useTranslation()
  const { me } = useSession()
  const client = useClient()
  const [code, setCode] = useState(codeOfAddress)
  const [info, setInfo] = useState<Info | null>(null)
  const [denied, setDenied] = useState<Denied | null>(null)
  const [fetching, setFetching] = useState(false)
  const look = async (typed: string) => {
    setCode(typed)
    setFetching(true)
    const { data, error } = await client.query(InvitationInfoQuery, { code: typed }, { requestPolicy: 'network-only' })
    setFetching(false)
    setInfo(data?.invitationInfo ?? null)
    setDenied(error ? { code: codeOf(error), retryAfter: retryAfterOf(error.graphQLErrors[0]?.extensions) } : null)
  }
  useEffect(() => {
    if (code) void look(code)
  }, [])
  return (
    <Outside>
      <Paper p="lg" withBorder>
        <Stack>
          <Title order={1} size="h3">{t('office.welcome')}</Title>
          {!info && <CodeForm code={code} denied={denied} fetching={fetching} look={look} />}
          {info && me && <Join code={code} info={info} login={me.login} />}
          {info && !me && <NewAccount code={code} info={info} enter={() => { history.replaceState(null, '', `#${encodeURIComponent(code)}`); enter() }} />}
        </Stack>
      </Paper>
    </Outside>
  )
}

const retryAfterOf = (told: Record<string, unknown> | undefined): number | null => (typeof told?.['retryAfter'] === 'number' ? told['retryAfter'] : null)
