import type { AnyVariables, OperationResult, TypedDocumentNode } from '@urql/core'
import { useState } from 'react'
import { useMutation } from 'urql'
import { codeOf } from '../../api/client'
import type { Denied } from '../sign-in/signing'

type Refused = Denied & { __typename: 'Refusal' }

/** A change that may be refused: what it answers where it is not; else null, and why not in `denied`. */
export function useChange<Data extends object, Variables extends AnyVariables>(mutation: TypedDocumentNode<Data, Variables>) {
  const [{ fetching }, send] = useMutation(mutation)
  const [denied, setDenied] = useState<Denied | null>(null)
  const change = async (variables: Variables): Promise<Exclude<Data[keyof Data], Refused> | null> => {
    setDenied(null)
    const { data, error }: OperationResult<Data, Variables> = await send(variables)
    if (error || !data) {
      setDenied({ code: error ? codeOf(error) : 'INTERNAL' })
      return null
    }
    const [answer] = Object.values(data) as [{ __typename: string }]
    if (answer.__typename === 'Refusal') {
      setDenied(answer as Refused)
      return null
    }
    return answer as Exclude<Data[keyof Data], Refused>
  }
  return { fetching, denied, change }
}
