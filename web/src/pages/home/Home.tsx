import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../session/Session'

/** Where those begin for whom there are no pages yet. */
export default function Home() {
  const { t } = useTranslation()
  const { login } = useMe()
  return (
    <Stack>
      <Title order={1} size="h2">{t('home.hello', { login })}</Title>
      <Text>{t('home.later')}</Text>
    </Stack>
  )
}
