import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useFormats } from '../../texts/formats'
import { ReadByQuery } from '../messages/Messages.graphql'

/** Who of the family has said to have read a mark; nothing where nobody has, or one may not know. */
export default function MarkReaders({ mark }: { mark: string }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const [{ data }] = useQuery({ query: ReadByQuery, variables: { thing: mark }, requestPolicy: 'network-only' })
  const readings = data?.readBy.readings ?? []
  if (readings.length === 0) return null
  return <Text size="sm" c="dimmed">{t('messages.haveRead')}: {readings.map(({ guardian, at }) => `${guardian}, ${moment(at)}`).join('; ')}</Text>
}
