import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { firstPage, pagesOf, reached } from '../../vite/reached'

type Texts = Record<string, string>

const PLURAL = /_(zero|one|two|few|many|other)$/
const read = (path: string): Texts => JSON.parse(readFileSync(path, 'utf8')) as Texts
/** By language and part; of the first page, whose files have no other name, the part is empty. */
const PARTS = Object.fromEntries(['ru', 'en'].map((language) => [language, Object.fromEntries(
  globSync(`src/texts/{,*.}${language}.json`).map((path) => [path.match(/(\w*)\.?\w\w\.json$/)![1]!, read(path)]),
)])) as Record<'ru' | 'en', Record<string, Texts>>
const whole = (parts: Record<string, Texts>): Texts => Object.assign({}, ...Object.values(parts)) as Texts
const LANGUAGES: Record<string, Texts> = { ru: whole(PARTS.ru), en: whole(PARTS.en) }
const code = new Map(globSync('src/**/*.{ts,tsx}').filter((path) => !path.includes('.test.')).map((path) => [path, readFileSync(path, 'utf8')]))
const base = (key: string): string => key.replace(PLURAL, '')
const keysOf = (texts: Texts): string[] => [...new Set(Object.keys(texts).map(base))].sort()

/** Which of the texts some code says: keys are written out, or begin as they are put together. */
function said(code: Map<string, string>, keys: readonly string[]): string[] {
  const all = [...code.values()].join('\n')
  const named = new Set([...all.matchAll(/['"`]([\w.]+)['"`]/g)].map(([, key]) => key))
  const begun = [...all.matchAll(/`([\w.]+)\${/g)].map(([, key]) => key!)
  return keys.filter((key) => named.has(key) || begun.some((beginning) => key.startsWith(beginning)))
}

test('each text is there in both languages, in the same part, once, and says something', () => {
  expect(Object.keys(PARTS.ru)).toEqual(Object.keys(PARTS.en))
  for (const [part, texts] of Object.entries(PARTS.ru)) expect([part, keysOf(texts)]).toEqual([part, keysOf(PARTS.en[part]!)])
  for (const [language, texts] of Object.entries(LANGUAGES)) {
    expect(Object.keys(texts).length).toBe(Object.values(PARTS[language as 'ru' | 'en']).flatMap(Object.keys).length)
    expect(Object.entries(texts).filter(([, text]) => !text.trim())).toEqual([])
  }
})

test('the first page brings what it says, and no text of any other page', () => {
  expect(keysOf(PARTS.en['']!)).toEqual(said(firstPage(), keysOf(LANGUAGES['en']!)))
})

test('each page names the parts of which it says something', () => {
  const pages = pagesOf(code.get('src/pages.ts')!)
  expect(pages.length).toBe([...code.get('src/pages.ts')!.matchAll(/import\('.\/pages/g)].length)
  for (const { path, parts } of pages) {
    const there = new Set(['', ...parts].flatMap((part) => keysOf(PARTS.en[part]!)))
    const missing = said(reached([path], { later: true }), keysOf(LANGUAGES['en']!)).filter((key) => !there.has(key))
    expect([path, missing]).toEqual([path, []])
  }
})

test('each plural has all the forms of its language', () => {
  for (const [language, texts] of Object.entries(LANGUAGES)) {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    const plurals = [...new Set(Object.keys(texts).filter((key) => PLURAL.test(key)).map(base))]
    for (const key of plurals) expect(Object.keys(texts).filter((one) => PLURAL.test(one) && base(one) === key).sort()).toEqual(forms.map((form) => `${key}_${form}`).sort())
  }
})

test('both languages have the same places to fill in', () => {
  const places = (texts: Texts): Record<string, string> => {
    const found = new Map<string, Set<string>>()
    for (const [key, text] of Object.entries(texts)) found.set(base(key), new Set([...(found.get(base(key)) ?? []), ...(text.match(/{{\w+}}/g) ?? [])]))
    return Object.fromEntries([...found].map(([key, names]) => [key, [...names].sort().join()]))
  }
  expect(places(LANGUAGES['ru']!)).toEqual(places(LANGUAGES['en']!))
})

// That no text is missing is the compiler's business: keys are typed, those put together (`mark.${work}`) as well.
test('each text is used', () => {
  expect(said(code, keysOf(LANGUAGES['en']!))).toEqual(keysOf(LANGUAGES['en']!))
})
