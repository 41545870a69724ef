import { Button, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { type Page, usePaged } from '../../live/paged'
import { useOffice } from '../../session/office'
import { Confirm } from '../../shell/Confirm'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { useChange } from '../account/change'
import { Part } from '../person/Part'
import styles from '../person/Person.module.css'
import { Refused } from '../person/Refused'
import { type Door, DoorClassesQuery, DoorRulesQuery, EndDoorRule, type Rule } from './Doors.graphql'
import { idleOf } from './idle'
import { NewRule } from './NewRule'
import { useRuleWords } from './words'

const pageOf = (data: { doorRules: Page<Rule> }): Page<Rule> => data.doorRules

interface Shown {
  school: string
  doors: readonly Door[]
  acts: boolean
}

/** The rules in force in words, each of which the office may end, and those that were ended. */
export function Rules({ school, doors, acts }: Shown) {
  const { t } = useTranslation()
  const rules = usePaged(DoorRulesQuery, { ended: false }, pageOf)
  const [{ data }] = useQuery({ query: DoorClassesQuery })
  const classes = useMemo(() => data ? new Set(data.classGroups.map(({ id }) => id)) : null, [data])
  const { school: { today } } = useOffice()
  const ending = useChange(EndDoorRule)
  const { who, terms } = useRuleWords()
  const [doubted, setDoubted] = useState<Rule | null>(null)
  const [showEnded, setShowEnded] = useState(false)
  const end = async ({ id }: Rule) => {
    setDoubted(null)
    await ending.change({ rule: id })
    rules.anew()
  }
  const all = rules.page !== null && !rules.page.pageInfo.hasNextPage
  const shut = all ? doors.filter(({ id }) => !rules.page!.edges.some(({ node }) => (node.door === null || node.door.id === id) && !idleOf(node, classes, today))) : []
  return (
    <Part title={t('doors.rules')}>
      <Text size="sm" c="dimmed">{t('doors.rulesMean')}</Text>
      {shut.length > 0 && <Text size="sm" className={styles.closed}>{t('doors.shut', { doors: shut.map(({ name }) => `«${name}»`).join(', ') })}</Text>}
      <Refused denied={ending.denied} words={{ NOT_FOUND: t('office.goneMeanwhile') }} />
      {rules.error && !rules.page && <Failed error={rules.error} retry={rules.again} />}
      {!rules.page && !rules.error && <Loading />}
      {rules.page?.edges.length === 0 && <Text c="dimmed">{t('doors.noRules')}</Text>}
      <ul className={styles.lines} aria-label={t('doors.rules')}>
        {rules.page?.edges.map(({ node }) => ({ node, idle: idleOf(node, classes, today) })).map(({ node, idle }) => (
          <li key={node.id} className={styles.line}>
            <div className={styles.about}>
              <b>{who(node)}</b>
              <span className={styles.more}>{terms(node)}</span>
              {idle && <span className={styles.closed}>{t(`doors.${idle}`)}</span>}
            </div>
            {acts && <Button variant="default" size="sm" aria-label={`${t('doors.end')}: ${who(node)}, ${terms(node)}`} onClick={() => setDoubted(node)}>{t('doors.end')}</Button>}
          </li>
        ))}
      </ul>
      {rules.page?.pageInfo.hasNextPage && <div><Button variant="default" size="sm" loading={rules.fetching} onClick={rules.more}>{t('office.more')}</Button></div>}
      {acts && <NewRule school={school} doors={doors} changed={rules.anew} />}
      <div><Button variant="subtle" size="sm" aria-expanded={showEnded} onClick={() => setShowEnded(!showEnded)}>{t('doors.ended')}</Button></div>
      {showEnded && <Ended />}
      {doubted && (
        <Confirm title={t('doors.endTitle')} act={t('doors.end')} onCancel={() => setDoubted(null)} onAct={() => void end(doubted)}>
          <Text fw={600}>{who(doubted)}</Text>
          <Text size="sm">{terms(doubted)}</Text>
          <Text size="sm">{t('doors.endMeans')}</Text>
        </Confirm>
      )}
    </Part>
  )
}

function Ended() {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { school } = useOffice()
  const { who, terms } = useRuleWords()
  const { page, error, again, more, fetching } = usePaged(DoorRulesQuery, { ended: true }, pageOf)
  if (error && !page) return <Failed error={error} retry={again} />
  if (!page) return <Loading />
  if (!page.edges.length) return <Text size="sm" c="dimmed">{t('doors.noneEnded')}</Text>
  return (
    <>
      <ul className={styles.lines} aria-label={t('doors.ended')}>
        {page.edges.map(({ node }) => (
          <li key={node.id} className={styles.line}>
            <div className={styles.about}>
              <b>{who(node)}</b>
              <span className={styles.more}>{terms(node)}</span>
              {node.endedAt && <span className={styles.more}>{t('doors.endedAt', { moment: moment(node.endedAt, school.timeZone) })}</span>}
            </div>
          </li>
        ))}
      </ul>
      {page.pageInfo.hasNextPage && <div><Button variant="default" size="sm" loading={fetching} onClick={more}>{t('office.more')}</Button></div>}
    </>
  )
}
