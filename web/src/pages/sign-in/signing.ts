import { useState } from 'react'
import { useMutation } from 'urql'
import { codeOf } from '../../api/client'
import { SignInMutation } from './SignIn.graphql'

const KEPT = 'school.device'

export interface Steps {
  done: () => void
  needSecond: (ticket: string) => void
}

/** A refusal of signing in, or that there was no answer. */
export interface Denied {
  code: string
  retryAfter?: number | null
}

/** Signs in with a password. What the service says of this device is kept: then others' guesses do not keep its owner out. */
export function usePassword({ done, needSecond }: Steps) {
  const [{ fetching }, send] = useMutation(SignInMutation)
  const [denied, setDenied] = useState<Denied | null>(null)
  const signIn = async (login: string, password: string) => {
    setDenied(null)
    const { data, error } = await send({ input: { login, password, cookie: true, device: localStorage.getItem(KEPT) } })
    if (error || !data) return setDenied({ code: error ? codeOf(error) : 'INTERNAL' })
    const { signIn: found } = data
    if (found.__typename === 'Refusal') return setDenied(found)
    if (found.__typename === 'SecondFactorNeeded') return needSecond(found.ticket)
    if (found.device) localStorage.setItem(KEPT, found.device)
    done()
  }
  return { fetching, denied, signIn }
}
