import { Button, Stack, Text, Title } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { type Page, usePaged } from '../../live/paged'
import { Empty, Failed, Loading } from '../../shell/states'
import { Figures } from '../statistics/Figures'
import { Panel } from '../statistics/Panel'
import { DistrictQuery, type OfDistrict } from './District.graphql'
import { Period, usePeriod } from './Period'
import { attendedOf, averageOf, shareOf, sumOf } from './told'
import { useWritten } from './written'

/** Schools that are asked for without a press of a button, some at a time: the figures of each cost the service much. */
const BY_ITSELF = 60

const pageOf = (data: { statistics: Page<OfDistrict> }): Page<OfDistrict> => data.statistics

/** The schools of the district beside one another, in figures without names. */
export default function District() {
  const { t } = useTranslation()
  const { months, from, to } = usePeriod()
  return (
    <Stack>
      <Title order={1} size="h2">{t('district.title')}</Title>
      <Period />
      <Schools key={months} months={months} from={from} to={to} />
    </Stack>
  )
}

function Schools({ months, from, to }: { months: number; from: string; to: string }) {
  const { t } = useTranslation()
  const written = useWritten()
  const { page, error, again, more, fetching } = usePaged(DistrictQuery, { from, to }, pageOf)
  const goesOn = page !== null && page.pageInfo.hasNextPage && page.edges.length < BY_ITSELF && !fetching && !error
  useEffect(() => {
    if (goesOn) more()
  }, [goesOn, page])
  if (error && !page) return <Failed error={error} retry={again} />
  if (!page) return <Loading />
  if (!page.edges.length) return <Empty>{t('district.none')}</Empty>
  const schools: OfDistrict[] = page.edges.map(({ node }) => node)
  const head = [t('statistics.school'), t('statistics.attended'), t('statistics.absent'), t('district.pupils'), t('statistics.average'), t('district.marks'), t('district.sold')]
  const rows = schools.map(({ school, pupils, months: cells, meals }): string[] => [
    school.shortName, written.share(attendedOf(cells)), written.share(shareOf(cells, 'ABSENT')), written.count(pupils), written.average(averageOf(cells)), written.sum(sumOf(cells.map(({ marks }) => marks))),
    written.sum(sumOf(meals.map(({ sold }) => sold))),
  ])
  return (
    <>
      <Panel title={t('district.schools')} about={t('district.means')} error={undefined} retry={again} empty={false}>
        {() => <Figures open title={t('district.bySchool')} head={head} rows={rows} bars={schools.map(({ months: cells }) => attendedOf(cells)?.share ?? 0)} links={schools.map(({ school }) => `/district/${school.id}?months=${months}`)} />}
      </Panel>
      {page.pageInfo.hasNextPage && <div><Button variant="default" loading={fetching} onClick={more}>{t('office.more')}</Button></div>}
      {error && <Failed error={error} retry={again} />}
      <Text size="sm" c="dimmed">{t('district.note')}</Text>
    </>
  )
}
