import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type en from './en.json'
import type staffs from './staff.en.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en & typeof staffs }
    keySeparator: false
    nsSeparator: false
  }
}

export const LANGUAGES = ['ru', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** Each language is loaded when it is first wanted: both are a fifth of the first page. What only pages of the staff say comes with these. */
const TEXTS = { ru: () => import('./ru.json'), en: () => import('./en.json') }
const OF_THE_STAFF = { ru: () => import('./staff.ru.json'), en: () => import('./staff.en.json') }
let areStaffs = false
const KEPT = 'school.language'

/** What was chosen here before, else the first language of the browser that there is. */
function first(): Language {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages.map((tag) => tag.slice(0, 2))]
  return wanted.find((one): one is Language => LANGUAGES.includes(one as Language)) ?? 'en'
}

/** Everything is in this language from now on; as before where its texts cannot be had. */
export async function choose(language: Language): Promise<void> {
  const texts = await Promise.all([TEXTS[language](), areStaffs && OF_THE_STAFF[language]()]).catch(() => null)
  if (!texts) return
  localStorage.setItem(KEPT, language)
  for (const some of texts) if (some) i18next.addResourceBundle(language, 'translation', some.default)
  await i18next.changeLanguage(language)
}

/** Settled when there is also what only pages of the staff say. */
export async function staffTexts(): Promise<void> {
  areStaffs = true
  const language = i18next.language as Language
  i18next.addResourceBundle(language, 'translation', (await OF_THE_STAFF[language]()).default)
}

i18next.on('languageChanged', (language) => {
  document.documentElement.lang = language
})

/** Settled when there are texts to show. */
export const ready: Promise<void> = begin()

async function begin(): Promise<void> {
  const language = first()
  const texts = await TEXTS[language]()
  await i18next.use(initReactI18next).init({
    resources: { [language]: { translation: texts.default } },
    lng: language,
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
}
