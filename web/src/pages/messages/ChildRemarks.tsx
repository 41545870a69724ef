import { Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useRefresh } from '../../live/Live'
import type { Child } from '../../session/Me.graphql'
import { Failed } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { ToAcknowledge } from './Announcements'
import { useSides } from './inbox'
import { RemarksQuery } from './Messages.graphql'
import styles from './Messages.module.css'

/** What was remarked about a child; nothing where there is nothing. */
export function ChildRemarks({ child }: { child: Child }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { isGuardian } = useSides()
  const [{ data, error }, ask] = useQuery({ query: RemarksQuery, variables: { child: child.id } })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(child.id, again)
  if (error) return <Failed error={error} retry={again} />
  if (!data?.remarks.edges.length) return null
  return (
    <section aria-labelledby={`remarks-${child.id}`}>
      <Title order={2} size="h4" id={`remarks-${child.id}`} mb={6}>{t('messages.remarks', { name: child.givenName })}</Title>
      <ul className={styles.list}>
        {data.remarks.edges.map(({ node: { id, kind, text, givenAt, acknowledgedAt, givenBy } }) => (
          <li key={id} className={styles.remark} data-kind={kind}>
            <Text size="sm"><b>{t(`messages.kind.${kind}`)}</b> <Text span c="dimmed">{[givenBy?.name, moment(givenAt, child.school.timeZone)].filter(Boolean).join(' · ')}</Text></Text>
            <p className={styles.text}>{text}</p>
            {isGuardian && (acknowledgedAt
              ? <Text size="sm" c="dimmed">{t('messages.acknowledged', { moment: moment(acknowledgedAt, child.school.timeZone) })}</Text>
              : <ToAcknowledge thing={id} changed={again} />)}
          </li>
        ))}
      </ul>
    </section>
  )
}
