import { Button, Stack, Text } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Keeps a bug on a page from taking the rest with it. */
export class Guarded extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children
  }
}

function Broken() {
  const { t } = useTranslation()
  return (
    <Stack align="center" py="xl" role="alert">
      <Text>{t('state.broken')}</Text>
      <Button onClick={() => location.reload()}>{t('state.reload')}</Button>
    </Stack>
  )
}
