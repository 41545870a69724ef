import type { CombinedError } from '@urql/core'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useClient } from 'urql'
import { useMe } from '../../session/Session'
import { changedKey } from '../../unsent/shelf'
import { useQueue } from '../../unsent/useQueue'
import { Book } from './book'
import { type GradebookData, GradebookQuery } from './Gradebook.graphql'

const TOGETHER = 250
const STALE = ['CONFLICT', 'ALREADY_WITHDRAWN']

interface Opened {
  book: Book
  /** The course; undefined until the first answer. */
  course: GradebookData['course'] | undefined
  /** Grows with each answer. */
  version: number
  error: CombinedError | undefined
  ask: () => void
}

/** A course's gradebook in some days. It is asked for outside the cache, which would ask again after every mark. */
export function useBook(course: string, from: string, to: string): Opened {
  const client = useClient()
  const queue = useQueue()
  const { accountId } = useMe()
  const book = useMemo(() => new Book(queue), [queue, course, from, to])
  const [{ answer, of, error, version }, set] = useState<{ answer?: GradebookData['course'] | undefined; of?: Book; error?: CombinedError | undefined; version: number }>({ version: 0 })
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
  useEffect(() => {
    let wanted = true
    const meanwhile = book.begin()
    void client.query(GradebookQuery, { course, from, to }, { requestPolicy: 'network-only' }).toPromise().then(({ data, error: failure }) => {
      if (!wanted) return
      if (data) book.load(data.gradebook, meanwhile)
      set(({ answer: before, of: last, version: count }) => {
        const kept = last === book ? before : undefined
        return { answer: data?.gradebook.course ?? kept, of: book, error: failure, version: count + 1 }
      })
    })
    return () => void (wanted = false)
  }, [client, book, course, from, to, asked])
  return of === book ? { book, course: answer, error, version, ask } : { book, course: undefined, error: undefined, version, ask }
}
