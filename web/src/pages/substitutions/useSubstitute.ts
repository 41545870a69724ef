import { useState } from 'react'
import { useMutation } from 'urql'
import { codeOf } from '../../api/client'
import { newId } from '../../api/newId'
import { Substitute } from './Substitutions.graphql'

/** How a lesson shall differ from the timetable; what is left out is as planned. */
export interface Change {
  lessonId: string
  expectedRevision: number
  cancelled?: boolean
  teacherId?: string
  date?: string
  bell?: number
  room?: string
  mergeWithId?: string
}

const TOLD = ['CLASS_TAKEN', 'TEACHER_TAKEN', 'ROOM_TAKEN', 'CONFLICT', 'NOT_FOUND', 'BAD_INPUT', 'CLOSED', 'OFFLINE'] as const
export type Told = (typeof TOLD)[number] | 'other'
/** The code, if there are words for it here. */
export const told = (code: string): Told => TOLD.find((one) => one === code) ?? 'other'

/** Changes lessons; of each the reason why not, by its id. `done`: whether the last time all of it was done. */
export function useSubstitute(after: () => void) {
  const [{ fetching }, send] = useMutation(Substitute)
  const [refused, setRefused] = useState<ReadonlyMap<string, Told>>(new Map())
  const [done, setDone] = useState(0)
  const substitute = async (changes: readonly Change[], reason: string): Promise<boolean> => {
    setDone(0)
    const { data, error } = await send({ input: { items: changes.map((change) => ({ id: newId(), reason, ...change })) } })
    const answer = data?.substitute
    const whole = answer?.__typename === 'SubstituteResults' ? null : told(error ? codeOf(error) : answer?.__typename === 'Refusal' ? answer.code : 'INTERNAL')
    const results = answer?.__typename === 'SubstituteResults' ? answer.results : []
    const found = changes.flatMap(({ lessonId }, place): [string, Told][] => {
      const result = results[place]
      return whole ? [[lessonId, whole]] : result?.__typename === 'Refusal' ? [[lessonId, told(result.code)]] : []
    })
    setRefused(new Map(found))
    setDone(changes.length - found.length)
    after()
    return found.length === 0
  }
  return { substitute, fetching, refused, done }
}
