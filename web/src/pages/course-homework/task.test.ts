import { expect, test } from 'vitest'
import { choices, linksOf, loadOf, wrong } from './task'

test('addresses are taken one by one, each once', () => {
  expect(linksOf(' https://a.ru/x\n\nhttps://b.ru  https://a.ru/x ')).toEqual(['https://a.ru/x', 'https://b.ru'])
  expect(linksOf(' \n')).toEqual([])
})

test('what is no https address is found before it is sent', () => {
  expect(wrong(['https://resh.edu.ru/subject', 'https://школа.рф/'])).toEqual([])
  const bad = ['http://a.ru', 'a.ru', 'https://', 'https://bank.ru@evil.test/', 'https://localhost/', `https://a.ru/${'x'.repeat(500)}`]
  expect(wrong(bad)).toEqual(bad)
})

test('homework is for the next lesson, unless another is chosen', () => {
  const lesson = (id: string, date: string, bell: number, cancelled = false) => ({ id, date, bell, cancelled, teacher: null })
  const found = choices([lesson('old', '2026-09-06', 1), lesson('today', '2026-09-07', 2), lesson('b', '2026-09-09', 1), lesson('a', '2026-09-08', 3), lesson('off', '2026-09-08', 1, true)], '2026-09-07')
  expect(found.map(({ id }) => id)).toEqual(['a', 'b', 'today'])
})

test('a day without homework has a load of nothing', () => {
  const day = { date: '2026-09-08', tasks: 2, minutes: 40, untold: 1, busiestMinutes: 60 }
  expect(loadOf([day], '2026-09-08')).toBe(day)
  expect(loadOf([day], '2026-09-09')).toEqual({ date: '2026-09-09', tasks: 0, minutes: 0, untold: 0, busiestMinutes: 0 })
})
