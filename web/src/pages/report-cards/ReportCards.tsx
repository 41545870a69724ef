import { NativeSelect, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useSearchParams } from 'wouter'
import { useMe } from '../../session/Session'
import { Empty, Failed, Loading } from '../../shell/states'
import { currentTerm, termsOf } from '../terms/decisions'
import { cardPath } from './address'
import styles from './ReportCards.module.css'
import { ReportCardsQuery } from './ReportCards.graphql'

/** Report cards of whole classes, to be printed: for who leads one, for office and head. */
export default function ReportCards() {
  const { t, i18n } = useTranslation()
  const { grants } = useMe()
  const [search, choose] = useSearchParams()
  const [{ data, error }, ask] = useQuery({ query: ReportCardsQuery, requestPolicy: 'cache-and-network' })
  const school = grants.find(({ role }) => role === 'OFFICE' || role === 'HEAD' || role === 'TEACHER')?.school
  const terms = data && school && termsOf(data.terms, school.id)
  const term = terms && school && (terms.find(({ id }) => id === search.get('term')) ?? currentTerm(terms, school.today))
  return (
    <Stack maw={760}>
      <Title order={1} size="h2">{t('reportCards.title')}</Title>
      {error && <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} />}
      {!data && !error && <Loading />}
      {data && !data.reportCardClasses.length && <Empty>{t('reportCards.noClasses')}</Empty>}
      {data && data.reportCardClasses.length > 0 && !term && <Empty>{t('terms.none')}</Empty>}
      {data && data.reportCardClasses.length > 0 && terms && term && (
        <>
          <NativeSelect
            label={t('terms.term')} value={term.id} maw={320} onChange={(event) => choose({ term: event.currentTarget.value }, { replace: true })}
            data={terms.map(({ id, name, closedAt }) => ({ value: id, label: closedAt ? t('terms.closedName', { name }) : name }))}
          />
          {!term.closedAt && <Text size="sm" c="dimmed">{t('reportCards.open')}</Text>}
          <Paper withBorder p="md">
            <ul className={styles.classes}>
              {data.reportCardClasses.map(({ id, name }) => (
                <li key={id}><a href={cardPath(id, term.id, i18n.language)} download className={styles.link} aria-label={t('reportCards.of', { name })}>{name}</a></li>
              ))}
            </ul>
          </Paper>
        </>
      )}
    </Stack>
  )
}
