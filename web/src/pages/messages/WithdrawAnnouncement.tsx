import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Confirm } from '../../shell/Confirm'
import { useChange } from '../account/change'
import { Denial } from '../sign-in/Denial'
import { WithdrawAnnouncement as Withdraw } from './Withdraw.graphql'

/** Who made an announcement takes it back, after being asked once more. */
export default function WithdrawAnnouncement({ announcement, title, withdrawn }: { announcement: string; title: string; withdrawn: () => void }) {
  const { t } = useTranslation()
  const [doubted, doubt] = useState(false)
  const { fetching, denied, change } = useChange(Withdraw)
  const withdraw = async () => {
    doubt(false)
    if (await change({ announcement })) withdrawn()
  }
  return (
    <>
      <Button variant="subtle" size="sm" px={0} mih={44} loading={fetching} aria-label={`${t('messages.takeBack')}: ${title}`} onClick={() => doubt(true)}>{t('messages.takeBack')}</Button>
      <Denial denied={denied} />
      {doubted && (
        <Confirm title={t('messages.takeBackAnnouncement')} act={t('messages.takeBack')} onAct={() => void withdraw()} onCancel={() => doubt(false)}>
          <Text size="sm">{t('messages.takeBackMeans', { title })}</Text>
        </Confirm>
      )}
    </>
  )
}
