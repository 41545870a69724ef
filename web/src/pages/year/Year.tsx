import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useOffice } from '../../session/office'
import { Failed, Loading } from '../../shell/states'
import { addDays } from '../../texts/formats'
import styles from '../person/Person.module.css'
import { BellDays } from './BellDays'
import { Bells } from './Bells'
import { Holidays } from './Holidays'
import { NextYear } from './NextYear'
import { Schedules } from './Schedules'
import { Terms } from './Terms'
import { YearQuery } from './Year.graphql'

const BEFORE = 120
const AFTER = 270

/** The school year for its office: its terms, its holidays, its bells and the days with others. */
export default function Year() {
  const { t } = useTranslation()
  const { school } = useOffice()
  const variables = { school: school.id, from: addDays(school.today, -BEFORE), today: school.today, to: addDays(school.today, AFTER) }
  const [{ data, error }, ask] = useQuery({ query: YearQuery, variables, requestPolicy: 'cache-and-network' })
  const again = () => ask({ requestPolicy: 'network-only' })
  const own = <T extends { schoolId: string }>(all: readonly T[]) => all.filter(({ schoolId }) => schoolId === school.id)
  return (
    <Stack>
      <div>
        <Title order={1} size="h2">{t('year.title')}</Title>
        <Text c="dimmed">{school.shortName}</Text>
      </div>
      {error && <Failed error={error} retry={again} />}
      {!data && !error && <Loading />}
      {data && (
        <div className={styles.parts}>
          <div className={styles.column}>
            <Terms school={school.id} terms={own(data.terms)} changed={again} />
            <Holidays school={school.id} holidays={own(data.holidays)} changed={again} />
          </div>
          <div className={styles.column}>
            <Bells key={JSON.stringify(data.bells)} school={school.id} bells={data.bells} changed={again} />
            <Schedules school={school.id} bells={data.bells} schedules={data.bellSchedules.filter(({ closed }) => !closed)} changed={again} />
            <BellDays school={school.id} today={school.today} last={variables.to} days={own(data.bellDays)} schedules={data.bellSchedules} changed={again} />
            <NextYear school={school.id} today={school.today} changed={again} />
          </div>
        </div>
      )}
    </Stack>
  )
}
