import type { Message, Update } from './Updates.graphql'

/** Begins a subscription after whatever `cursor()` says when a connection stands, and again after each break; returns what ends it. */
export type Subscribe = (cursor: () => string | null, next: (message: Message) => void, done: () => void) => () => void

export interface Listener {
  /** Something happened to a child. */
  update: (update: Update) => void
  /** The stream begins here: what happened before is not told, so ask for it. */
  opened: () => void
  /** The server tells this account nothing more. */
  ended: () => void
}

const PAUSE = 1000

/** Follows the family's updates and misses none: it resumes after the last cursor, and says so where that is too old. */
export class FamilyStream {
  private cursor: string | null = null
  private resumed = false
  private over = false
  private stop: () => void = () => {}

  constructor(private readonly subscribe: Subscribe, private readonly listener: Listener) {}

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

  private take(message: Message): void {
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
        return
      default:
        this.cursor = message.cursor
        this.listener.update(message)
    }
  }

  private end(): void {
    this.over = true
    this.listener.ended()
  }
}
