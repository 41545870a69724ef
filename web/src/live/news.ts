import { useRef } from 'react'

/** Tells what was not there at the first look, by its id. */
export function useNews(ids: readonly string[]): (id: string) => boolean {
  const known = useRef<Set<string> | null>(null)
  known.current ??= new Set(ids)
  return (id) => !known.current?.has(id)
}
