import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { useMe } from '../../session/Session'
import { addDays, useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Acknowledge } from '../messages/Acknowledge.graphql'
import { Denial } from '../sign-in/Denial'
import type { Mark } from './Marks.graphql'

/** Days for which a mark asks to be acknowledged: what is older has been spoken of. */
const NEW = 31

/** That a guardian has read a mark, which its teacher sees; of a new one that was not said yet, the button to say it. */
export function Acknowledged({ mark: { id, date, acknowledgedAt } }: { mark: Mark }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { school } = useChild()
  const { grants } = useMe()
  const [said, say] = useState<string | null>(null)
  const { fetching, denied, change } = useChange(Acknowledge)
  const at = said ?? acknowledgedAt
  if (at) return <Text size="sm" c="dimmed">{t('messages.acknowledged', { moment: moment(at, school.timeZone) })}</Text>
  const isGuardian = grants.some(({ role, school: of }) => role === 'GUARDIAN' && of.id === school.id)
  if (!isGuardian || date < addDays(school.today, -NEW)) return null
  const acknowledge = async () => {
    const answer = await change({ input: { thingId: id } })
    if (answer) say(answer.acknowledgedAt)
  }
  return (
    <>
      <Button variant="subtle" size="compact-sm" px={0} mih={44} loading={fetching} onClick={() => void acknowledge()}>{t('messages.acknowledge')}</Button>
      <Denial denied={denied} />
    </>
  )
}
