import { useEffect, useState } from 'react'
import { useClient } from 'urql'
import type { ResultOf } from '../../api/graphql'
import { type OfStaff, StaffQuery } from './Classes.graphql'

const MOST_PAGES = 10

/** All who work at the school, by name; null before they are known. `again` asks anew. */
export function useStaff(): { staff: OfStaff[] | null; again: () => void } {
  const client = useClient()
  const [staff, setStaff] = useState<OfStaff[] | null>(null)
  const [asked, ask] = useState(0)
  useEffect(() => {
    let wanted = true
    const read = async () => {
      const found: OfStaff[] = []
      for (let page = 0, after: string | null = null; page < MOST_PAGES; page++) {
        const { data }: { data?: ResultOf<typeof StaffQuery> } = await client.query(StaffQuery, { after }, { requestPolicy: 'network-only' })
        if (!data || !wanted) return
        found.push(...data.people.edges.map(({ node }) => node))
        after = data.people.edges.at(-1)?.cursor ?? null
        if (!data.people.pageInfo.hasNextPage || after === null) break
      }
      setStaff(found)
    }
    void read()
    return () => { wanted = false }
  }, [client, asked])
  return { staff, again: () => ask((before) => before + 1) }
}
