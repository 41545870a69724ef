import { type Key, minorOf, typed } from './amount'

export interface Dish {
  name: string
  /** Of one, in minor units. */
  price: number
}

export interface Line extends Dish {
  quantity: number
}

/** What is rung up: dishes, and an amount that is typed. */
export interface Basket {
  lines: readonly Line[]
  text: string
}

export const EMPTY: Basket = { lines: [], text: '' }

/** As the service has them. */
const MOST_LINES = 29
const MOST_OF_ONE = 20
const BUTTONS = 8

export const same = (one: Dish, other: Dish): boolean => one.name === other.name && one.price === other.price

/** One more of a dish; of a sale that is as long as there may be, nothing. */
export function taken({ lines, text }: Basket, dish: Dish): Basket {
  const known = lines.find((line) => same(line, dish))
  if (!known) return lines.length < MOST_LINES ? { lines: [...lines, { ...dish, quantity: 1 }], text } : { lines, text }
  return { lines: lines.map((line) => (line === known ? { ...line, quantity: Math.min(line.quantity + 1, MOST_OF_ONE) } : line)), text }
}

/** A key of the keypad: where nothing is typed, it takes back the last dish. */
export function keyed({ lines, text }: Basket, key: Key, places: number): Basket {
  if (key === 'clear') return EMPTY
  if (key !== 'back' || text !== '') return { lines, text: typed(text, key, places) }
  const last = lines.at(-1)
  if (!last) return EMPTY
  return { lines: last.quantity > 1 ? [...lines.slice(0, -1), { ...last, quantity: last.quantity - 1 }] : lines.slice(0, -1), text }
}

export const isEmpty = ({ lines, text }: Basket): boolean => lines.length === 0 && text === ''

export const sumOf = ({ lines, text }: Basket, places: number): number => lines.reduce((sum, { price, quantity }) => sum + price * quantity, minorOf(text, places))

/** The lines of the sale; what was typed is called so. */
export function itemsOf({ lines, text }: Basket, places: number, byHand: string): Line[] {
  const price = minorOf(text, places)
  return price > 0 ? [...lines, { name: byHand, quantity: 1, price }] : [...lines]
}

/** What this till has sold most often lately, by name: a button for each. */
export function usual(sales: readonly { items: readonly Dish[] }[], byHand: string): Dish[] {
  const counts = new Map<string, { dish: Dish; times: number }>()
  for (const { name, price } of sales.flatMap(({ items }) => items)) {
    const key = `${price} ${name}`
    if (name !== byHand) counts.set(key, { dish: { name, price }, times: (counts.get(key)?.times ?? 0) + 1 })
  }
  const often = [...counts.values()].sort((one, other) => other.times - one.times).slice(0, BUTTONS)
  return often.map(({ dish }) => dish).sort((one, other) => one.name.localeCompare(other.name) || one.price - other.price)
}
