import type { RefundInput, SellInput } from './Till.graphql'

/** What the till asks the service to do; `who` is for the cook's eyes alone. */
export type Step = { who: string; minor: number; currency: string } & ({ do: 'sell'; input: SellInput } | { do: 'refund'; input: RefundInput })

export interface Done {
  /** Null where it was done. */
  refused: string | null
  transferId?: string
  balanceAfter?: { minor: number; currency: string }
}

/** No answer came, or none that says whether it was done: the step stays in doubt. */
export class NotAnswered extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}

/** The part of a browser's storage that steps are kept in. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

const SOONEST = 1000
const LATEST = 10_000

/**
 * Sends steps one after another, and each to the letter, with the id that it was made with, until it is answered: what was sold and not answered is not sold twice.
 * A step in doubt outlives the page.
 */
export class Unanswered {
  private steps: Step[] = []
  private trouble: string | null = null
  private busy = false
  private open = true
  private tries = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private state: { step: Step | null; trouble: string | null } = { step: null, trouble: null }

  constructor(
    private readonly prefix: string, private readonly wire: (step: Step) => Promise<Done>, private readonly shelf: Shelf,
    private readonly told: { done: (step: Step, done: Done) => void; changed: () => void },
  ) {
    const keys = Array.from({ length: shelf.length }, (_, index) => shelf.key(index)!).filter((key) => key.startsWith(prefix))
    this.steps = keys.sort().map((key) => JSON.parse(shelf.getItem(key)!) as Step)
    this.show()
  }

  /** What is being asked, and why there is no answer yet. */
  get current(): { step: Step | null; trouble: string | null } {
    return this.state
  }

  add(step: Step): void {
    this.steps.push(step)
    try {
      this.shelf.setItem(this.prefix + step.input.id, JSON.stringify(step))
    } catch {
      // A full storage keeps nothing: the step lives as long as the page does.
    }
    this.changed()
    void this.send()
  }

  /** Now, and again until there is an answer. */
  async send(): Promise<void> {
    clearTimeout(this.timer)
    const [step] = this.steps
    if (!step || this.busy || !this.open) return
    this.busy = true
    try {
      const done = await this.wire(step)
      this.drop(step)
      this.told.done(step, done)
    } catch (error) {
      this.trouble = error instanceof NotAnswered ? error.code : 'INTERNAL'
      this.tries += 1
    }
    this.busy = false
    this.changed()
    if (this.steps.length && this.open) this.timer = setTimeout(() => void this.send(), this.trouble ? Math.min(SOONEST * 2 ** (this.tries - 1), LATEST) : 0)
  }

  /** The cook gives up on a step that the service cannot answer for a fault of its own: it may have been done. */
  forget(): void {
    if (this.steps[0] && !this.busy) this.drop(this.steps[0])
    this.changed()
    void this.send()
  }

  close(): void {
    this.open = false
    clearTimeout(this.timer)
  }

  private drop(step: Step): void {
    this.steps = this.steps.filter((one) => one !== step)
    this.shelf.removeItem(this.prefix + step.input.id)
    this.trouble = null
    this.tries = 0
  }

  private show(): void {
    this.state = { step: this.steps[0] ?? null, trouble: this.trouble }
  }

  private changed(): void {
    this.show()
    this.told.changed()
  }
}
