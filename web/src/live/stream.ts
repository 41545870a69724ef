import type { Message, Update } from './Updates.graphql'

/** What a stream says of itself. */
type Word = Extract<Message, { __typename: 'StreamOpened' | 'StreamClosed' | 'Refusal' }>

/** Begins a subscription after whatever `cursor()` says when a connection stands, and again after each break; returns what ends it. */
export type Subscribe<News = Update> = (cursor: () => string | null, next: (message: News | Word) => void, done: () => void) => () => void

export interface Listener<News = Update> {
  /** Something happened. */
  update: (update: News) => void
  /** The stream begins here: what happened before is not told, so ask for it. */
  opened: () => void
  /** The server tells this account nothing more. */
  ended: () => void
}

const PAUSE = 1000

/** Follows the updates of a family, or what happens at a place, and misses none: it resumes after the last cursor, and says so where that is too old. */
export class Stream<News extends { __typename: string; cursor: string } = Update> {
  private cursor: string | null = null
  private resumed = false
  private over = false
  private stop: () => void = () => {}

  constructor(private readonly subscribe: Subscribe<News>, private readonly listener: Listener<News>) {}

  start(): void {
    this.stop = this.subscribe(
      () => {
        this.resumed = this.cursor !== null
        return this.cursor
      },
      (message) => this.take(message),
      () => {
        if (!this.over) setTimeout(() => this.over || this.start(), PAUSE)
      },
    )
  }

  close(): void {
    this.over = true
    this.stop()
  }

  private take(message: News | Word): void {
    if (!isWord(message)) {
      this.cursor = message.cursor
      this.listener.update(message)
      return
    }
    switch (message.__typename) {
      case 'StreamOpened':
        this.cursor = message.cursor
        if (!this.resumed) this.listener.opened()
        return
      case 'StreamClosed':
        this.cursor = message.cursor
        if (message.code !== 'FELL_BEHIND') this.end()
        return
      case 'Refusal':
        this.cursor = null
        if (!message.code.includes('CURSOR')) this.end()
    }
  }

  private end(): void {
    this.over = true
    this.listener.ended()
  }
}

const WORDS: readonly string[] = ['StreamOpened', 'StreamClosed', 'Refusal'] satisfies Word['__typename'][]
const isWord = (message: { __typename: string }): message is Word => WORDS.includes(message.__typename)
