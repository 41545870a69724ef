/** Where the teacher is in the grid; row -1 is the head. */
export interface At {
  row: number
  column: number
}

/** Tells of moves whoever shows something about the cell; the cells themselves are not drawn anew. */
export class Cursor {
  private at: At = { row: 0, column: 0 }
  private readonly listeners = new Set<() => void>()

  get = (): At => this.at

  subscribe = (hear: () => void): (() => void) => {
    this.listeners.add(hear)
    return () => void this.listeners.delete(hear)
  }

  set(row: number, column: number): void {
    if (row === this.at.row && column === this.at.column) return
    this.at = { row, column }
    this.listeners.forEach((hear) => hear())
  }
}
