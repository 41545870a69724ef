import { MantineProvider } from '@mantine/core'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { LiveProvider } from './live/Live'
import { pathOf, PAGES, placesOf, SignIn, WITH_A_CODE } from './pages'
import { ChildProvider, rememberedChild } from './session/child'
import { SessionProvider, useMe, useSession } from './session/Session'
import { Guarded } from './shell/Guarded'
import { Shell } from './shell/Shell'
import { Loading, NoPage } from './shell/states'
import { theme, variables } from './theme'

const Unsent = lazy(() => import('./unsent/Unsent'))

/** The page's own, with which it may write styles. */
const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? ''

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Guarded>
        <SessionProvider>
          <Main />
        </SessionProvider>
      </Guarded>
    </MantineProvider>
  )
}

/** Whoever is not signed in signs in at whatever address they came to, and is there then. */
function Main() {
  const { t } = useTranslation()
  const { me } = useSession()
  const [location] = useLocation()
  const [entering, enter] = useState(false)
  const WithCode = WITH_A_CODE[location]
  useEffect(() => {
    document.title = t('app.name')
  }, [t])
  if (WithCode && (me || !entering)) return <Suspense fallback={<Loading />}><WithCode enter={() => enter(true)} /></Suspense>
  if (!me) return <Suspense fallback={<Loading />}><SignIn /></Suspense>
  return (
    <LiveProvider>
      <Shell>
        <Routes />
      </Shell>
      {me.grants.some(({ role }) => role === 'TEACHER') && <Suspense><Unsent /></Suspense>}
    </LiveProvider>
  )
}

function Routes() {
  const me = useMe()
  const [location] = useLocation()
  const first = placesOf(me)[0]!
  return (
    <Guarded key={location}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {PAGES.map(({ path, Page }) => (
            <Route key={path} path={path}>
              {({ child }: { child?: string }) => (child === undefined ? <Page /> : <ChildProvider id={child}><Page /></ChildProvider>)}
            </Route>
          ))}
          <Route path="/">
            <Redirect to={pathOf(first, rememberedChild(me))} replace />
          </Route>
          <Route>
            <NoPage />
          </Route>
        </Switch>
      </Suspense>
    </Guarded>
  )
}
