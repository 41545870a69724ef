import type { CombinedError } from '@urql/core'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useClient } from 'urql'
import { isAway } from '../../api/client'
import { useMe } from '../../session/Session'
import { changedKey } from '../../unsent/shelf'
import { useQueue } from '../../unsent/useQueue'
import { Book } from './book'
import { type GradebookData, GradebookQuery } from './Gradebook.graphql'
import { keepBook, keptBook } from './keptBook'
import type { Span } from './span'

const TOGETHER = 250
const AGAIN = 15_000
const STALE = ['CONFLICT', 'ALREADY_WITHDRAWN']

interface Opened {
  book: Book
  /** The course; undefined until the first answer. */
  course: GradebookData['course'] | undefined
  /** Grows with each answer. */
  version: number
  error: CombinedError | undefined
  /** What is shown is what this device has kept, of these days, since the moment `at`. */
  old: (Span & { at: string }) | null
  ask: () => void
}

/** A course's gradebook in some days. It is asked for outside the cache, which would ask again after every mark. */
export function useBook(course: string, from: string, to: string): Opened {
  const client = useClient()
  const queue = useQueue()
  const { accountId, grants } = useMe()
  const teaches = grants.some(({ role }) => role === 'TEACHER')
  const book = useMemo(() => new Book(queue), [queue, course, from, to])
  const [{ answer, of, error, version, old }, set] = useState<{ answer?: GradebookData['course'] | undefined; of?: Book; error?: CombinedError | undefined; version: number; old: Opened['old'] }>({ version: 0, old: null })
  const [asked, setAsked] = useState(0)
  const ask = useCallback(() => setAsked((before) => before + 1), [])
  useEffect(() => book.follow(), [book])
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined
    const soon = () => {
      waiting ??= setTimeout(() => {
        waiting = undefined
        ask()
      }, TOGETHER)
    }
    const end = queue.listen((entry) => void (entry?.failed && STALE.includes(entry.failed) && soon()))
    // Another window of the account has sent what both know of: its answers went there.
    const hear = (event: StorageEvent) => void (event.newValue === null && changedKey(event, accountId) && soon())
    addEventListener('storage', hear)
    return () => {
      clearTimeout(waiting)
      end()
      removeEventListener('storage', hear)
    }
  }, [queue, accountId, ask])
  const answeredAt = useRef<string | null>(null)
  useEffect(() => {
    let wanted = true
    const [asking, meanwhile] = [new Date().toISOString(), book.begin()]
    void client.query(GradebookQuery, { course, from, to }, { requestPolicy: 'network-only' }).toPromise().then(({ data, error: failure }) => {
      if (!wanted) return
      const had = !data && isAway(failure) && !book.told() ? keptBook(accountId, course) : null
      if (data) answeredAt.current = asking
      const told = data?.gradebook ?? had?.value.gradebook
      if (told) book.load(told, meanwhile)
      set(({ answer: before, of: last, version: count, old: shown }) => {
        const mine = last === book
        const since = data ? null : had ? { at: had.at, from: had.value.from, to: had.value.to } : mine ? shown : null
        return { answer: told?.course ?? (mine ? before : undefined), of: book, error: since ? undefined : failure, version: count + 1, old: since }
      })
    })
    return () => void (wanted = false)
  }, [client, book, course, from, to, accountId, asked])
  useEffect(() => {
    answeredAt.current = null
    if (!teaches) return
    return keepBook(accountId, course, { from, to }, book, () => answeredAt.current, (hear) => queue.listen((_, done) => void (done && hear())))
  }, [accountId, teaches, course, from, to, book, queue])
  useEffect(() => {
    if (!old) return
    const asking = setInterval(ask, AGAIN)
    addEventListener('online', ask)
    return () => {
      clearInterval(asking)
      removeEventListener('online', ask)
    }
  }, [old, ask])
  return of === book ? { book, course: answer, error, version, old, ask } : { book, course: undefined, error: undefined, version, old: null, ask }
}
