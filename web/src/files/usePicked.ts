import { useRef, useState } from 'react'
import { useClient } from 'urql'
import { codeOf } from '../api/client'
import { newId } from '../api/newId'
import { useMe } from '../session/Session'
import { PrepareFile } from './Files.graphql'
import { made } from './picture'
import { MOST_BYTES, MOST_FILES } from './size'

/** A file that was chosen: on its way until it has an `id` or was refused. */
export interface Picked {
  key: string
  name: string
  content: File
  id?: string
  code?: string
}

export interface PickedFiles {
  list: readonly Picked[]
  /** Of those that have come. */
  ids: string[]
  /** Whether one is on its way. */
  busy: boolean
  /** Whether one could not be sent. */
  failed: boolean
  /** Whether no more may be chosen. */
  full: boolean
  add: (files: Iterable<File>) => void
  again: (key: string) => void
  drop: (key: string) => void
  clear: () => void
}

/** Files that somebody chooses: each is sent at once, while they write, and hangs on nothing until the form is sent with its id. `there` hang already. */
export function usePicked(school: string, there = 0): PickedFiles {
  const client = useClient()
  const { accountId } = useMe()
  const [list, setList] = useState<readonly Picked[]>([])
  const current = useRef(list)
  const set = (change: (before: readonly Picked[]) => readonly Picked[]) => setList((current.current = change(current.current)))
  const send = async (one: Picked) => {
    const told = await sent(client, accountId, school, one)
    set((before) => before.map((other) => (other.key === one.key ? { ...other, ...told } : other)))
  }
  const add = (files: Iterable<File>) => {
    const room = Math.max(0, MOST_FILES - there - current.current.length)
    const chosen = [...files].slice(0, room).map((content): Picked => ({ key: newId(), name: content.name, content }))
    set((before) => [...before, ...chosen])
    chosen.forEach((one) => void send(one))
  }
  const again = (key: string) => {
    set((before) => before.map(({ code: _code, ...one }) => (one.key === key ? one : { ...one, ...(_code && { code: _code }) })))
    const one = current.current.find((other) => other.key === key)
    if (one) void send(one)
  }
  return {
    list, add, again,
    ids: list.flatMap(({ id }) => id ?? []),
    busy: list.some(({ id, code }) => !id && !code),
    failed: list.some(({ code }) => code),
    full: there + list.length >= MOST_FILES,
    drop: (key) => set((before) => before.filter((one) => one.key !== key)),
    clear: () => set(() => []),
  }
}

/** The id of the file at the service, or why it was refused. The key is the id by which it is announced, so that trying again is the same file. */
async function sent(client: ReturnType<typeof useClient>, account: string, schoolId: string, { key, content, name }: Picked): Promise<{ id: string } | { code: string }> {
  const body = await made(content)
  if (body.size > MOST_BYTES) return { code: 'TOO_LARGE' }
  const { data, error } = await client.mutation(PrepareFile, { input: { id: key, schoolId, name: body === content ? name : body.name, size: body.size } }).toPromise()
  if (error || !data) return { code: error ? codeOf(error) : 'INTERNAL' }
  if (data.prepareFile.__typename === 'Refusal') return { code: data.prepareFile.code }
  const { fileId, address } = data.prepareFile
  const answer = await fetch(address, { method: 'PUT', body, credentials: 'same-origin', headers: { 'school-account': account } }).catch(() => null)
  if (!answer) return { code: 'OFFLINE' }
  if (answer.ok) return { id: fileId }
  const told = (await answer.json().catch(() => null)) as { errors?: { extensions?: { code?: string } }[] } | null
  return { code: told?.errors?.[0]?.extensions?.code ?? 'INTERNAL' }
}
