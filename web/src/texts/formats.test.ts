import { expect, test } from 'vitest'
import { addDays, dayOf, formatsOf } from './formats'

const plain = (text: string): string => text.replace(/\s/g, ' ')

test('money has the signs of its language and the digits of its currency', () => {
  expect(plain(formatsOf('ru').money({ minor: 1234550, currency: 'RUB' }))).toBe('12 345,50 ₽')
  expect(formatsOf('en').money({ minor: -5, currency: 'RUB' })).toBe('-₽0.05')
  expect(formatsOf('en').money({ minor: 500, currency: 'JPY' })).toBe('¥500')
})

test('an average has both its places', () => {
  expect(formatsOf('ru').decimal('4.50')).toBe('4,50')
  expect(formatsOf('en').decimal('4.13')).toBe('4.13')
})

test('a day is the same wherever it is read', () => {
  expect(formatsOf('ru').day('2026-09-07')).toBe('понедельник, 7 сентября')
  expect(formatsOf('en').day('2026-09-07')).toBe('Monday 7 September')
  expect(formatsOf('ru').date('2026-09-07')).toBe('7 сент.')
})

test('some days are told by the first and the last, a month once', () => {
  expect(plain(formatsOf('ru').days('2026-09-07', '2026-09-12'))).toBe('7–12 сентября')
  expect(plain(formatsOf('en').days('2026-11-30', '2026-12-05'))).toBe('30 November – 5 December')
})

test('a time is that of the school', () => {
  expect(formatsOf('ru').time('2026-09-07T05:30:00Z', 'Europe/Moscow')).toBe('08:30')
  expect(formatsOf('en').time('2026-09-07T21:05:00Z', 'Asia/Vladivostok')).toBe('07:05')
})

test('the school day of a moment begins at the school’s midnight', () => {
  expect(dayOf('2026-09-06T20:59:59Z', 'Europe/Moscow')).toBe('2026-09-06')
  expect(dayOf('2026-09-06T21:00:00Z', 'Europe/Moscow')).toBe('2026-09-07')
})

test('days are counted over the end of a month and a year', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28')
})

test('a moment is told by the clock of the school that is named', () => {
  expect(formatsOf('en').moment('2026-11-27T21:30:00Z', 'Europe/Moscow')).toBe('28 Nov, 00:30')
  expect(formatsOf('en').moment('2026-11-27T21:30:00Z', 'Asia/Vladivostok')).toBe('28 Nov, 07:30')
})
