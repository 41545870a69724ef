import { NativeSelect, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useSearchParams } from 'wouter'
import { useMe } from '../../session/Session'
import { Empty, Failed, Loading } from '../../shell/states'
import { currentTerm, termsOf } from '../terms/decisions'
import { bookPath, cardPath } from './address'
import styles from './ReportCards.module.css'
import { ReportCardClassesQuery, ReportCardsQuery } from './ReportCards.graphql'

/** Report cards of whole classes, to be printed: for who leads one, for office and head. */
export default function ReportCards() {
  const { t, i18n } = useTranslation()
  const { grants } = useMe()
  const [search, choose] = useSearchParams()
  const [{ data, error }, ask] = useQuery({ query: ReportCardsQuery, requestPolicy: 'cache-and-network' })
  const school = grants.find(({ role }) => role === 'OFFICE' || role === 'HEAD' || role === 'TEACHER')?.school
  const terms = data && school && termsOf(data.terms, school.id)
  const term = terms && school && (terms.find(({ id }) => id === search.get('term')) ?? currentTerm(terms, school.today))
  const [of, askOf] = useQuery({ query: ReportCardClassesQuery, variables: { term: term?.id ?? '' }, pause: !term, requestPolicy: 'cache-and-network' })
  const classes = of.fetching && !of.stale ? undefined : of.data?.reportCardClasses // urql keeps those of the term before
  return (
    <Stack maw={760}>
      <Title order={1} size="h2">{t('reportCards.title')}</Title>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {of.error && <Failed error={of.error} retry={() => askOf({ requestPolicy: 'network-only' })} />}
      {((!data && !error) || (term && !classes && !of.error)) && <Loading />}
      {data && !term && <Empty>{t('terms.none')}</Empty>}
      {terms && term && (
        <>
          <NativeSelect
            label={t('terms.term')} value={term.id} maw={320} onChange={(event) => choose({ term: event.currentTarget.value }, { replace: true })}
            data={terms.map(({ id, name, closedAt }) => ({ value: id, label: closedAt ? t('terms.closedName', { name }) : name }))}
          />
          {classes?.length === 0 && <Empty>{t('reportCards.noClasses')}</Empty>}
          {classes && classes.length > 0 && !term.closedAt && <Text size="sm" c="dimmed">{t('reportCards.open')}</Text>}
          {classes && classes.length > 0 && (
            <Paper withBorder p="md">
              <Text size="sm" c="dimmed" mb="sm">{t('reportCards.bookMeans')}</Text>
              <ul className={styles.classes}>
                {classes.map(({ id, name }) => (
                  <li key={id} className={styles.class}>
                    <a href={cardPath(id, term.id, i18n.language)} download className={styles.link} aria-label={t('reportCards.of', { name })}>{name}</a>
                    <a href={bookPath(id, term.id, i18n.language)} download className={styles.book} aria-label={t('reportCards.bookOf', { name })}>XLSX</a>
                  </li>
                ))}
              </ul>
            </Paper>
          )}
        </>
      )}
    </Stack>
  )
}
