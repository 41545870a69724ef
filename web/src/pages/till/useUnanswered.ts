import { useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import { useMe } from '../../session/Session'
import { type Done, type Step, Unanswered } from './unanswered'
import { wireOf } from './wire'

/** What this till has asked and the service has not answered yet; `done` is told of each answer. */
export function useUnanswered(till: string, done: (step: Step, done: Done) => void): { step: Step | null; trouble: string | null; add: (step: Step) => void; again: () => void; forget: () => void } {
  const client = useClient()
  const { accountId } = useMe()
  const [, redraw] = useState(0)
  const told = useRef(done)
  useEffect(() => {
    told.current = done
  })
  const sender = useRef<Unanswered>(undefined)
  useEffect(() => {
    const made = new Unanswered(`school.till.${accountId}.${till}.`, wireOf(client, accountId), localStorage, {
      done: (step, answer) => told.current(step, answer), changed: () => redraw((before) => before + 1),
    })
    sender.current = made
    redraw((before) => before + 1)
    const again = () => void made.send()
    again()
    addEventListener('online', again)
    return () => {
      removeEventListener('online', again)
      made.close()
    }
  }, [client, accountId, till])
  return {
    ...(sender.current?.current ?? { step: null, trouble: null }),
    add: (step) => sender.current?.add(step), again: () => void sender.current?.send(), forget: () => sender.current?.forget(),
  }
}
