export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | ',' | 'back' | 'clear'

/** Of whole units: a till sells no more at once. */
const DIGITS = 5

/** How many digits of a currency stand behind the comma. */
export const placesOf = (currency: string): number => new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/** What stands there after a key: what makes no amount changes nothing. */
export function typed(before: string, key: Key, places: number): string {
  if (key === 'clear') return ''
  if (key === 'back') return before.slice(0, -1)
  const [whole = '', part] = before.split(',')
  if (key === ',') return places > 0 && part === undefined ? `${whole || '0'},` : before
  if (part !== undefined) return part.length < places ? before + key : before
  if (whole === '0') return key
  return whole.length < DIGITS ? before + key : before
}

/** The amount in minor units, exactly. */
export function minorOf(text: string, places: number): number {
  const [whole = '', part = ''] = text.split(',')
  return Number(whole + part.padEnd(places, '0'))
}
