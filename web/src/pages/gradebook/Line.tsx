import { Text } from '@mantine/core'
import { useMemo, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { labelOf } from '../../texts/grades'
import { type Book, type Cell, keyOf } from './book'
import type { Cursor } from './cursor'
import { RefusalText } from './RefusalText'
import { rested } from './rested'

const NOTHING: Cell = { marks: [], presence: null, announced: null, state: 'saved', failed: null }

/** Where the teacher is, and all that is there, once the keys rest. */
export function Line({ book, cursor, draft }: { book: Book; cursor: Cursor; draft: string }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  const { row, column } = useSyncExternalStore(useMemo(() => rested(cursor.subscribe), [cursor]), cursor.get)
  const [pupil, lesson] = [book.pupils[row], book.lessons[column]]
  const name = pupil && lesson ? keyOf(lesson.id, pupil.id) : null
  const subscribe = useMemo(() => rested((hear) => (name ? book.subscribe(name, hear) : () => {})), [book, name])
  const { marks, presence, announced, failed } = useSyncExternalStore(subscribe, () => (name ? book.cell(name) : NOTHING))
  if (!lesson) return <Text size="sm" mih={44} />
  const said = [
    ...marks.map((one) => {
      const { value, weight, work, comment, retake } = one.content
      return [`${labelOf(book.scale, value)}: ${book.ownWork(one.content) ?? t(`work.${work}`)}`, weight > 1 && t('today.weight', { weight }), retake && t(retake.replaces ? 'gradebook.retakeInstead' : 'gradebook.retakeBeside'), book.isStruck(one) && t('gradebook.struck'), comment && `«${comment}»`].filter(Boolean).join(', ')
    }),
    presence && (presence.minutesLate ? t('today.minutesLate', { count: presence.minutesLate }) : (book.reasonOf(presence)?.name ?? t(`attendance.${presence.kind}`))),
    announced?.reason && t(announced.accepted ? 'gradebook.announcedAccepted' : 'gradebook.announced', { reason: announced.reason.name }),
  ].filter(Boolean)
  return (
    <div>
      <Text size="sm" mih={44} component="div">
        <b>{[pupil && `${pupil.familyName} ${pupil.givenName}`, day(lesson.date), t('gradebook.bell', { bell: lesson.bell }), lesson.topic].filter(Boolean).join(' · ')}</b>
        <div>{draft ? `${draft}…` : said.join(' · ')} {failed && <RefusalText code={failed.code} />}</div>
      </Text>
    </div>
  )
}
