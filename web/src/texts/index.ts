import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type account from './account.en.json'
import type common from './common.en.json'
import type firsts from './en.json'
import type family from './family.en.json'
import type staff from './staff.en.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof firsts & typeof account & typeof common & typeof family & typeof staff }
    keySeparator: false
    nsSeparator: false
  }
}

export const LANGUAGES = ['ru', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
/** What some pages say, and the first page does not: `PART.LANGUAGE.json`. A page names its parts in `pages.ts`; a test tells which are missing there. */
export type Part = 'account' | 'common' | 'family' | 'staff'

/** Each is loaded when it is first wanted. */
const FILES = import.meta.glob<Record<string, string>>('./*.json', { import: 'default' })
const wanted = new Set<Part | null>([null])
const had = new Set<string>()
const KEPT = 'school.language'

/** What was chosen here before, else the first language of the browser that there is. */
function first(): Language {
  const wished = [localStorage.getItem(KEPT), ...navigator.languages.map((tag) => tag.slice(0, 2))]
  return wished.find((one): one is Language => LANGUAGES.includes(one as Language)) ?? 'en'
}

/** Settled when these parts are there in a language; null is the first page's. */
async function fill(language: Language, parts: Iterable<Part | null>): Promise<void> {
  const missing = () => [...parts].map((part) => `./${part ? `${part}.` : ''}${language}.json`).filter((file) => !had.has(file))
  for (let files = missing(); files.length; files = missing()) {
    const found = await Promise.all(files.map((file) => FILES[file]!()))
    found.forEach((some) => i18next.addResourceBundle(language, 'translation', some))
    files.forEach((file) => had.add(file))
  }
}

/** Everything is in this language from now on; as before where its texts cannot be had. */
export async function choose(language: Language): Promise<void> {
  const failed = await fill(language, wanted).then(() => false, () => true)
  if (failed) return
  localStorage.setItem(KEPT, language)
  await i18next.changeLanguage(language)
}

/** Settled when these parts are there, too, in the language of the page. */
export async function texts(...parts: Part[]): Promise<void> {
  parts.forEach((part) => wanted.add(part))
  let language: string
  do {
    language = i18next.language
    await fill(language as Language, parts)
  } while (language !== i18next.language)
}

i18next.on('languageChanged', (language) => {
  document.documentElement.lang = language
})

/** Settled when there are texts to show. */
export const ready: Promise<void> = begin()

async function begin(): Promise<void> {
  const language = first()
  await i18next.use(initReactI18next).init({
    resources: {},
    lng: language,
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
  await fill(language, wanted)
}
