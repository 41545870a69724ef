import { Button, Divider } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { ProvidersQuery } from './SignIn.graphql'

/** Whoever else vouches for people here; their pages are no pages of ours. */
export function Providers() {
  const { t, i18n } = useTranslation()
  const [{ data }] = useQuery({ query: ProvidersQuery, requestPolicy: 'cache-first' })
  if (!data?.signInProviders.length) return null
  return (
    <>
      <Divider label={t('signIn.or')} />
      {data.signInProviders.map(({ name, path, titleRu, titleEn }) => (
        <Button key={name} component="a" href={path} variant="default">{i18n.language === 'ru' ? titleRu : titleEn}</Button>
      ))}
    </>
  )
}
