import { Paper, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'

/** A part of a person's page. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper p="md" withBorder component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h4">{title}</Title>
        {children}
      </Stack>
    </Paper>
  )
}
