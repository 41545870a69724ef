import type { Client } from '@urql/core'
import { codeOf } from '../../api/client'
import { Refund, Sell } from './Till.graphql'
import { type Done, NotAnswered, type Step } from './unanswered'

const PATIENCE = 15_000
/** Refusals of the moment, not of what was asked. */
const LATER = ['NOT_SIGNED_IN', 'SIGN_IN_AGAIN', 'TOO_MANY_ATTEMPTS']

/** The people's API as a till wants it: nothing is done where somebody else has signed in by now, in another window. */
export function wireOf(client: Client, account: string): (step: Step) => Promise<Done> {
  const context = { fetchOptions: { credentials: 'same-origin' as const, headers: { 'School-Account': account } } }
  const ask = async (step: Step) => {
    if (step.do === 'sell') {
      const { data, error } = await client.mutation(Sell, { input: step.input }, context).toPromise()
      return { result: data?.sell, error }
    }
    const { data, error } = await client.mutation(Refund, { input: step.input }, context).toPromise()
    return { result: data?.refund, error }
  }
  return async (step) => {
    const late = new Promise<never>((_, fail) => setTimeout(() => fail(new NotAnswered('TIMED_OUT')), PATIENCE))
    const { result, error } = await Promise.race([ask(step), late])
    if (error || !result) throw new NotAnswered(error ? codeOf(error) : 'INTERNAL')
    if (result.__typename !== 'Refusal') return { refused: null, transferId: result.transfer.id, balanceAfter: result.transfer.balanceAfter }
    if (LATER.includes(result.code)) throw new NotAnswered(result.code)
    return { refused: result.code }
  }
}
