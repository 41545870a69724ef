import { Button, Stack, Text } from '@mantine/core'
import { Component, type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'

/** The files of a page could not be had: there is no network, or there is a newer app than the one that is open. */
export class Absent extends Error {}

interface State {
  broken: boolean
  absent: boolean
}

/** Keeps a bug on a page from taking the rest with it. */
export class Guarded extends Component<{ children: ReactNode }, State> {
  override state = { broken: false, absent: false }

  static getDerivedStateFromError(error: unknown): State {
    return { broken: true, absent: error instanceof Absent }
  }

  override render() {
    const { broken, absent } = this.state
    return broken ? <Broken absent={absent} /> : this.props.children
  }
}

const RELOADED = 'school.reloaded'
/** Milliseconds in which a page that could not be had is not asked for again by itself. */
const PAUSE = 60_000

/** A browser does not ask again for a file that it failed to get: the whole page is loaded anew, as soon as that makes sense. */
function useReload(absent: boolean): void {
  useEffect(() => {
    if (!absent) return
    const reload = () => location.reload()
    if (navigator.onLine && Date.now() - Number(sessionStorage.getItem(RELOADED)) > PAUSE) {
      sessionStorage.setItem(RELOADED, String(Date.now()))
      reload()
    }
    addEventListener('online', reload)
    const again = setInterval(() => navigator.onLine && reload(), PAUSE) // the network is there, and the service was not
    return () => {
      removeEventListener('online', reload)
      clearInterval(again)
    }
  }, [absent])
}

function Broken({ absent }: { absent: boolean }) {
  const { t } = useTranslation()
  useReload(absent)
  return (
    <Stack align="center" py="xl" role="alert">
      <Text ta="center">{t(absent ? 'state.absent' : 'state.broken')}</Text>
      <Button onClick={() => location.reload()}>{t('state.reload')}</Button>
    </Stack>
  )
}
