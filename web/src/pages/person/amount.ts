const MOST = 1_000_000_00
const DIGITS = 2

/** Minor units of what somebody has typed, «500» or «1 250,50»; null where it is no amount above nothing, or more than a million. */
export function amountOf(text: string): number | null {
  const typed = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(text.replace(/\s/g, ''))
  if (!typed) return null
  const minor = Number(typed[1]) * 10 ** DIGITS + Number((typed[2] ?? '').padEnd(DIGITS, '0'))
  return minor > 0 && minor <= MOST ? minor : null
}
