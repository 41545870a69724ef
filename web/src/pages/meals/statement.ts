import type { Transfer } from './Meals.graphql'

/** A line of the account's statement: a sale stands together with what was given back for it. */
export interface Line {
  transfer: Transfer
  refund: Transfer | null
}

/** What moved, as it came; a refund stands beside its sale, or alone while that has not been read. */
export function statementOf(transfers: readonly Transfer[]): Line[] {
  const sales = new Set(transfers.filter(({ kind }) => kind === 'SALE').map(({ id }) => id))
  const refunds = new Map(transfers.flatMap((one) => (one.refundOfId !== null && sales.has(one.refundOfId) ? [[one.refundOfId, one] as const] : [])))
  return transfers
    .filter(({ refundOfId }) => refundOfId === null || !sales.has(refundOfId))
    .map((transfer) => ({ transfer, refund: refunds.get(transfer.id) ?? null }))
}
