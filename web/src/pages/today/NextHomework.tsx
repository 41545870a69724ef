import { Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { nextHomework } from './timeline'
import type { Homework } from './Today.graphql'

/** What there is to do for the next day that has any. */
export function NextHomework({ homework }: { homework: readonly Homework[] }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const next = nextHomework(homework)
  if (!next) return <Text size="sm" c="dimmed">{t('today.noHomework')}</Text>
  return (
    <Paper p="md" withBorder component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">{t('today.homework', { day: day(next.date) })}</Title>
        {next.homework.map(({ id, subject, text }) => (
          <div key={id}>
            <Text size="sm" fw={600}>{subject.name}</Text>
            <Text size="sm">{text}</Text>
          </div>
        ))}
      </Stack>
    </Paper>
  )
}
