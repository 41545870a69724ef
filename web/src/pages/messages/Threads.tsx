import { Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ResultOf } from '../../api/graphql'
import { Link } from 'wouter'
import { usePaged } from '../../live/paged'
import { Older } from '../../shell/Days'
import { Face } from '../../shell/Face'
import { Empty, Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { talkPath, useInbox, useSides } from './inbox'
import { type Thread, ThreadsQuery } from './Messages.graphql'
import styles from './Messages.module.css'

const pageOf = ({ threads }: ResultOf<typeof ThreadsQuery>) => threads

/** The account's threads, those in which somebody wrote last first. */
export function Threads() {
  const { t } = useTranslation()
  const { page, error, anew, more, fetching } = usePaged(ThreadsQuery, {}, pageOf)
  useInbox(anew)
  return (
    <section aria-labelledby="threads">
      <Title order={2} size="h4" id="threads" mb={6}>{t('messages.threads')}</Title>
      {error && <Failed error={error} retry={anew} />}
      {!page && !error && <Loading />}
      {page && (page.edges.length
        ? <ul className={styles.list}>{page.edges.map(({ node }) => <OneThread key={node.id} thread={node} />)}</ul>
        : <Empty>{t('messages.noThreads')}</Empty>)}
      {page?.pageInfo.hasNextPage && <Older more={more} fetching={fetching} hasMore />}
    </section>
  )
}

function OneThread({ thread }: { thread: Thread }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { teachers, zone } = useSides()
  const { pupilId, teacherId, pupil, teacher, classGroup, unread, lastText, lastAt, lastOwn } = thread
  const isTeacher = teachers.includes(teacherId)
  const name = (isTeacher ? pupil?.name : teacher?.name) ?? '—'
  return (
    <li className={styles.thread} data-unread={unread > 0 || undefined}>
      <Face name={name} />
      <div className={styles.about}>
        <Link href={talkPath(pupilId, teacherId)} className={styles.link}>{name}</Link>
        <Text span size="sm" c="dimmed" className={styles.whom}><span className={styles.dot}> · </span>{isTeacher ? classGroup?.name : t('messages.about', { name: pupil?.givenName })}</Text>
        <Text size="sm" c="dimmed" className={styles.last}>
          {lastText === null ? t('messages.withdrawn') : lastOwn ? t('messages.you', { text: lastText }) : lastText}
        </Text>
      </div>
      <div className={styles.state}>
        <Text size="xs" c="dimmed"><time dateTime={lastAt}>{moment(lastAt, zone)}</time></Text>
        {unread > 0 && <span className={styles.count}>{unread}<span className="unseen"> {t('messages.unread', { count: unread })}</span></span>}
      </div>
    </li>
  )
}
