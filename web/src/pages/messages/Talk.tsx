import { Alert, Stack, Text, Title } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation, useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import type { ResultOf } from '../../api/graphql'
import { usePaged } from '../../live/paged'
import { useSession } from '../../session/Session'
import { Failed, Loading } from '../../shell/states'
import { Bubble } from './Bubble'
import { Composer } from './Composer'
import { Inbox, useInbox, useSides } from './inbox'
import { CorrespondentsQuery } from './Messages.graphql'
import { MessagesQuery, ReadThread, TalkQuery } from './Talk.graphql'
import styles from './Talk.module.css'

/** What the guardians of a child and one teacher write to each other about it. */
export default function Talk() {
  return <Inbox><OneTalk /></Inbox>
}

function OneTalk() {
  const { t } = useTranslation()
  const { pupil: child = '', teacher = '' } = useParams()
  const { teachers } = useSides()
  const isTeacher = teachers.includes(teacher)
  const [{ data, error }, ask] = useQuery({ query: TalkQuery, variables: { child }, requestPolicy: 'network-only' })
  const [{ data: whom }] = useQuery({ query: CorrespondentsQuery, variables: { child }, pause: isTeacher })
  const again = () => ask({ requestPolicy: 'network-only' })
  useInbox(again)
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const thread = data.threads.edges.find(({ node }) => node.teacherId === teacher)?.node
  const named = thread?.teacher ?? whom?.correspondents.find(({ teacherId }) => teacherId === teacher)?.teacher
  return (
    <Stack maw={760} gap="sm" className={styles.talk}>
      <div>
        <Link href="/messages" className={styles.back}>{t('messages.back')}</Link>
        <Title order={1} size="h2">{isTeacher ? data.pupil.name : (named?.name ?? t('messages.title'))}</Title>
        <Text c="dimmed">
          {isTeacher ? t('messages.withFamily', { group: data.pupil.classGroup.name }) : t('messages.aboutChild', { name: data.pupil.givenName, group: data.pupil.classGroup.name })}
        </Text>
      </div>
      {thread ? <Written key={thread.id} thread={thread} readUpTo={isTeacher ? thread.familyReadUpTo : thread.teacherReadUpTo} changed={again} /> : <Text c="dimmed">{t('messages.first')}</Text>}
      <Composer child={child} teacher={teacher} sent={again} />
    </Stack>
  )
}

interface Read {
  thread: ResultOf<typeof TalkQuery>['threads']['edges'][number]['node']
  /** How far the other side has read. */
  readUpTo: number
  changed: () => void
}

const pageOf = ({ messages }: ResultOf<typeof MessagesQuery>) => messages

function Written({ thread, readUpTo, changed }: Read) {
  const { t } = useTranslation()
  const { check } = useSession()
  const { page, error, anew, more, fetching } = usePaged(MessagesQuery, { thread: thread.id }, pageOf)
  const [, send] = useMutation(ReadThread)
  const end = useRef<HTMLDivElement>(null)
  const newest = page?.edges[0]?.node.number ?? 0
  useInbox(anew)
  useEffect(anew, [thread.messages])
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' })
    if (newest > 0 && thread.unread > 0 && document.visibilityState === 'visible')
      void send({ input: { threadId: thread.id, upTo: newest } }).then(check)
  }, [newest, thread.id, thread.unread, send, check])
  if (!page) return error ? <Failed error={error} retry={anew} /> : <Loading />
  const read = page.edges.find(({ node }) => node.own && node.number <= readUpTo)?.node.number
  return (
    <>
      {page.pageInfo.hasNextPage && (
        <button type="button" className={styles.older} disabled={fetching} onClick={more}>{t('list.older')}</button>
      )}
      {error && <Alert color="red" role="alert">{t('error.OFFLINE')}</Alert>}
      <ol className={styles.messages} aria-label={t('messages.threads')} aria-live="polite">
        {[...page.edges].reverse().map(({ node }) => <Bubble key={node.id} message={node} isRead={node.number === read} changed={() => { anew(); changed() }} />)}
      </ol>
      <div ref={end} />
    </>
  )
}
