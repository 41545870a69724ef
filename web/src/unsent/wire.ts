import type { AnyVariables, Client, DocumentInput } from '@urql/core'
import { codeOf } from '../api/client'
import type { Answer, Content } from './entries'
import { NotReached, type Wire } from './queue'
import { CorrectMark, GiveMarks, RecordAttendance, WithdrawMark } from './Unsent.graphql'

interface Refusal {
  __typename: 'Refusal'
  code: string
  retryAfter?: number | null
}

interface Mark extends Omit<Content, 'retake' | 'workId'> {
  retakeOf: string | null
  ownWorkId: string | null
  replaces: boolean
  __typename: 'Mark'
  id: string
  revision: number
  withdrawnAt: string | null
}

const PATIENCE = 20_000
/** Refusals of the moment, not of what was asked. */
const LATER = ['NOT_SIGNED_IN', 'SIGN_IN_AGAIN', 'TOO_MANY_ATTEMPTS']

function answerOf(result: Mark | Refusal): Answer {
  if (result.__typename === 'Refusal') return { refused: result.code }
  const { id, revision, withdrawnAt, value, weight, work, comment, retakeOf, replaces, ownWorkId } = result
  return withdrawnAt ? { withdrawn: true } : { known: { id, revision, content: { value, weight, work, comment, ...(ownWorkId && { workId: ownWorkId }), ...(retakeOf && { retake: { of: retakeOf, replaces } }) } } }
}

function checked<T extends { __typename: string }>(result: T | Refusal): T | Refusal {
  if (result.__typename === 'Refusal' && LATER.includes((result as Refusal).code)) throw new NotReached((result as Refusal).code, (result as Refusal).retryAfter ?? null)
  return result
}

const isRefusal = (result: { __typename: string }): result is Refusal => result.__typename === 'Refusal'

/** The people's API as the queue of an account wants it: nothing is done where somebody else has signed in by now, in another window. */
export function wireOf(client: Client, account: string): Wire {
  const context = { fetchOptions: { credentials: 'same-origin' as const, headers: { 'School-Account': account } } }
  async function ask<Data, Variables extends AnyVariables>(document: DocumentInput<Data, Variables>, variables: Variables): Promise<Data> {
    const late = new Promise<never>((_, fail) => setTimeout(() => fail(new NotReached('TIMED_OUT')), PATIENCE))
    const { data, error } = await Promise.race([client.mutation(document, variables, context).toPromise(), late])
    if (error || !data) throw new NotReached(error ? codeOf(error) : 'INTERNAL')
    return data
  }
  return {
    give: async (lessonId, marks) => {
      const items = marks.map(({ id, pupil, content: { retake, workId, ...content } }) => ({ id, pupilId: pupil, ...content, ...(workId && { ownWorkId: workId }), ...(retake && { retakeOf: retake.of, replaces: retake.replaces }) }))
      const result = checked((await ask(GiveMarks, { input: { lessonId, items } })).giveMarks)
      return isRefusal(result) ? marks.map(() => ({ refused: result.code })) : result.results.map(answerOf)
    },
    change: async (step) => {
      if (step.do === 'withdraw') {
        const input = { markId: step.id, expectedRevision: step.revision, reason: step.reason }
        return answerOf(checked((await ask(WithdrawMark, { input })).withdrawMark))
      }
      const { value, weight, work, comment, workId } = step.content
      const input = { markId: step.id, expectedRevision: step.revision, reason: step.reason, value, weight, work, comment, ...(workId && { ownWorkId: workId }) }
      return answerOf(checked((await ask(CorrectMark, { input })).correctMark))
    },
    record: async (lessonId, entries) => {
      const items = entries.map(({ pupil, wanted }) => ({ pupilId: pupil, ...wanted }))
      const result = checked((await ask(RecordAttendance, { input: { lessonId, items } })).recordAttendance)
      return isRefusal(result) ? entries.map(() => result.code) : result.results.map((one) => (isRefusal(one) ? one.code : null))
    },
  }
}
