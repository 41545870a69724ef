import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Loads each page later, and none of them is a part of another. */
const PAGES = 'src/pages.ts'
const AT_ONCE = /^(?:import|export)\s+(?!type\b)(?:[^;'"]*?from\s+)?'(\.[^']+)'/gm
const LATER = /import\('(\.[^']+)'\)/g

/** The code that comes with these modules, by its path: what they import, and so on; what is loaded `later` only where that is wanted. */
export function reached(entries: readonly string[], { later = false } = {}): Map<string, string> {
  const found = new Map<string, string>()
  const open = [...entries]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue
    const code = readFileSync(path, 'utf8')
    found.set(path, code)
    const wanted = [...code.matchAll(AT_ONCE), ...(later && path !== PAGES ? code.matchAll(LATER) : [])].map(([, name]) => join(dirname(path), name!))
    open.push(...wanted.flatMap((one) => [`${one}.ts`, `${one}.tsx`].filter((file) => existsSync(file))))
  }
  return found
}

/** What a parent's first page is: whatever is loaded before it stands. */
export const firstPage = (): Map<string, string> => reached(['src/main.tsx', 'src/pages/today/Today.tsx'])

/** Each page that `pages.ts` loads, with the parts of the texts that it names. */
export function pagesOf(code: string): { path: string; parts: string[] }[] {
  return [...code.matchAll(/\bpage\(\(\) => import\('\.\/([^']+)'\)((?:, '\w+')*)\)/g)].map(([, path, parts]) => ({ path: `src/${path}.tsx`, parts: [...parts!.matchAll(/\w+/g)].map(([part]) => part) }))
}
