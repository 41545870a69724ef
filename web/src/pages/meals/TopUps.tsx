import { Button, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation } from 'urql'
import { codeOf } from '../../api/client'
import { newId } from '../../api/newId'
import { useChild } from '../../session/child'
import { isDemo } from '../../session/demo'
import { useMe } from '../../session/Session'
import { useFormats } from '../../texts/formats'
import { Denial } from '../sign-in/Denial'
import type { Denied } from '../sign-in/signing'
import { type Account, TopUp } from './Meals.graphql'
import styles from './Meals.module.css'

const SUMS = [10_000, 30_000, 50_000]

/** In a demonstration, money that is only pretended; a guardian may put it there. */
export function TopUps({ account: { balance: { currency } } }: { account: Account }) {
  const { t } = useTranslation()
  const { money } = useFormats()
  const { id, school } = useChild()
  const { grants } = useMe()
  const [{ fetching }, topUp] = useMutation(TopUp)
  const [denied, setDenied] = useState<Denied | null>(null)
  if (!isDemo() || !grants.some((grant) => grant.role === 'GUARDIAN' && grant.school.id === school.id)) return null
  const pay = async (minor: number) => {
    const { data, error } = await topUp({ input: { id: newId(), childId: id, amount: { minor, currency }, method: 'SANDBOX' } })
    if (error) setDenied({ code: codeOf(error) })
    else setDenied(data?.topUp.__typename === 'Refusal' ? data.topUp : null)
  }
  return (
    <Paper p="md" withBorder component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">{t('meals.topUp')}</Title>
        <Text size="sm" c="dimmed">{t('meals.pretended')}</Text>
        <div className={styles.sums}>
          {SUMS.map((minor) => (
            <Button key={minor} variant="default" px={4} disabled={fetching} onClick={() => pay(minor)}>+{money({ minor, currency })}</Button>
          ))}
        </div>
        <Denial denied={denied} />
      </Stack>
    </Paper>
  )
}
