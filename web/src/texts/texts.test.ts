import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import familyEn from './en.json'
import familyRu from './ru.json'
import staffEn from './staff.en.json'
import staffRu from './staff.ru.json'

const [en, ru] = [{ ...familyEn, ...staffEn }, { ...familyRu, ...staffRu }]
const PLURAL = /_(zero|one|two|few|many|other)$/
const LANGUAGES: Record<string, Record<string, string>> = { en, ru }
const code = globSync('src/**/*.{ts,tsx}').filter((path) => !path.includes('.test.')).map((path) => readFileSync(path, 'utf8')).join('\n')
const base = (key: string): string => key.replace(PLURAL, '')
const keysOf = (texts: Record<string, string>): string[] => [...new Set(Object.keys(texts).map(base))].sort()

test('each text is there in both languages, and says something', () => {
  expect(keysOf(ru)).toEqual(keysOf(en))
  for (const texts of Object.values(LANGUAGES)) expect(Object.entries(texts).filter(([, text]) => !text.trim())).toEqual([])
})

test('what only pages of the staff say is not among the rest', () => {
  expect(Object.keys(staffRu).filter((key) => key in familyRu)).toEqual([])
  expect(keysOf(staffRu)).toEqual(keysOf(staffEn))
})

test('each plural has all the forms of its language', () => {
  for (const [language, texts] of Object.entries(LANGUAGES)) {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    const plurals = [...new Set(Object.keys(texts).filter((key) => PLURAL.test(key)).map(base))]
    for (const key of plurals) expect(Object.keys(texts).filter((one) => PLURAL.test(one) && base(one) === key).sort()).toEqual(forms.map((form) => `${key}_${form}`).sort())
  }
})

test('both languages have the same places to fill in', () => {
  const places = (texts: Record<string, string>, key: string) =>
    [...new Set(Object.entries(texts).filter(([one]) => base(one) === key).flatMap(([, text]) => text.match(/{{\w+}}/g) ?? []))].sort()
  for (const key of keysOf(en)) expect([key, places(ru, key)]).toEqual([key, places(en, key)])
})

// That no text is missing is the compiler's business: keys are typed, those put together (`mark.${work}`) as well.
test('each text is used', () => {
  const whole = new Set([...code.matchAll(/['"`]([\w.]+)['"`]/g)].map(([, key]) => key))
  const begun = [...code.matchAll(/`([\w.]+)\${/g)].map(([, key]) => key!)
  expect(keysOf(en).filter((key) => !whole.has(key) && !begun.some((beginning) => key.startsWith(beginning)))).toEqual([])
})
