const BROWSERS = [['Edg', 'Edge'], ['OPR', 'Opera'], ['YaBrowser', 'Yandex'], ['Firefox', 'Firefox'], ['Chrome', 'Chrome'], ['Safari', 'Safari']] as const
const SYSTEMS = [['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['CrOS', 'ChromeOS'], ['Linux', 'Linux']] as const

const first = (client: string, names: readonly (readonly [string, string])[]) => names.find(([sign]) => client.includes(sign))?.[1]

/** A client by what it says it is, as people call it: Firefox, Windows. Null for what is no browser we know. */
export function nameOf(client: string): string | null {
  const browser = first(client, BROWSERS)
  return browser === undefined ? null : [browser, first(client, SYSTEMS)].filter(Boolean).join(', ')
}
