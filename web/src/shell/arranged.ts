import type { PlacedPage } from '../pages'

const ROOM = 5

/** The places that a phone has room for, and those behind "more": what is aside, and what is one too many. */
export function arranged(places: readonly PlacedPage[]): { near: PlacedPage[]; far: PlacedPage[] } {
  const aside = places.filter(({ place }) => place.aside)
  if (aside.length < 2 && places.length <= ROOM) return { near: [...places], far: [] }
  const near = places.filter(({ place }) => !place.aside).slice(0, ROOM - 1)
  return { near, far: places.filter((page) => !near.includes(page)) }
}
