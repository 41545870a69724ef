import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Denial } from '../sign-in/Denial'
import { useSides } from './inbox'
import { type Message, WithdrawMessage } from './Talk.graphql'
import styles from './Talk.module.css'

const WITHIN = 10 * 60_000

/** A message. One's own can be taken back for ten minutes; `isRead`: the other side has read as far as this. */
export function Bubble({ message, isRead, changed }: { message: Message; isRead: boolean; changed: () => void }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { zone } = useSides()
  const { fetching, denied, change } = useChange(WithdrawMessage)
  const { id, own, fromTeacher, author, text, at } = message
  const name = own ? t('messages.me') : (author ?? t(fromTeacher ? 'messages.teacher' : 'messages.guardian'))
  const isNew = own && text !== null && Date.now() - new Date(at).getTime() < WITHIN
  const takeBack = async () => {
    if (await change({ input: { messageId: id } })) changed()
  }
  return (
    <li className={styles.message} data-own={own || undefined}>
      <Text size="xs" c="dimmed">{name} · <time dateTime={at}>{moment(at, zone)}</time></Text>
      <div className={styles.bubble} data-withdrawn={text === null || undefined}>{text ?? t('messages.withdrawn')}</div>
      {(isRead || isNew) && (
        <Text size="xs" c="dimmed" component="div" className={styles.below}>
          {isRead && <span>{t('messages.isRead')}</span>}
          {isNew && <button type="button" className={styles.takeBack} disabled={fetching} onClick={() => void takeBack()}>{t('messages.takeBack')}</button>}
        </Text>
      )}
      <Denial denied={denied} />
    </li>
  )
}
