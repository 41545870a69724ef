import { keep, kept } from '../../session/kept'
import type { Book } from './book'
import type { GradebookData } from './Gradebook.graphql'
import type { Span } from './span'

/** A gradebook as this device had it last. */
export interface KeptBook extends Span {
  course: string
  gradebook: GradebookData
}

const QUIET = 5000

/** The gradebook of a course that is kept for the account, with the moment of its answer. */
export function keptBook(account: string, course: string): { at: string; value: KeptBook } | null {
  const found = kept<KeptBook>(account, 'gradebook')
  return found?.value.course === course ? found : null
}

/** Keeps a gradebook as it is whenever it has been quiet for a while, and when the page goes; `at` is the moment of its answer, if there is one. Returns what ends it. */
export function keepBook(account: string, course: string, { from, to }: Span, book: Book, at: () => string | null, watch: (hear: () => void) => () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = () => {
    clearTimeout(timer)
    const [gradebook, moment] = [book.told(), at()]
    if (gradebook && moment) keep(account, 'gradebook', moment, { course, from, to, gradebook } satisfies KeptBook)
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(save, QUIET)
  }
  const stop = watch(soon)
  soon()
  const goes = () => void (document.visibilityState === 'hidden' && save())
  addEventListener('pagehide', save)
  document.addEventListener('visibilitychange', goes)
  return () => {
    clearTimeout(timer)
    stop()
    removeEventListener('pagehide', save)
    document.removeEventListener('visibilitychange', goes)
  }
}
