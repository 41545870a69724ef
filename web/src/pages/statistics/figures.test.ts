import { expect, test } from 'vitest'
import { attended, csv, percent, scalesOf, takingsOf, valuesOf } from './figures'

const counts = { present: 80, late: 10, absent: 4, excused: 6 }
const marks = (scale: string, ...values: [number, number][]) => ({ scale: { name: scale }, average: { decimal: '4.00' }, values: values.map(([value, count]) => ({ value, label: String(value), count })) })
const day = (date: string, till: string, minor: number) => ({ date, till: { id: till, name: `Till ${till}` }, sold: 1, sum: { minor, currency: 'RUB' } })

test('who came late was there', () => {
  expect(attended(counts)).toBe(90)
  expect(percent(counts, 'excused')).toBe(6)
})

test('scales go by their marks, and values by their size', () => {
  const all = [marks('100', [70, 1]), marks('5', [5, 2], [2, 1]), marks('5', [4, 9])]
  expect(scalesOf(all)).toEqual(['5', '100'])
  expect(valuesOf(all.slice(1))).toEqual([2, 4, 5])
})

test('a till that sold nothing on a day has no figure', () => {
  const { dates, tills, at } = takingsOf([day('2026-09-07', 'a', 5), day('2026-09-07', 'b', 7), day('2026-09-08', 'a', 9)])
  expect([dates, tills.map(({ id }) => id)]).toEqual([['2026-09-07', '2026-09-08'], ['a', 'b']])
  expect([at('b', '2026-09-07')?.sum.minor, at('b', '2026-09-08')]).toEqual([7, undefined])
})

test('a spreadsheet gets its own separator, and no formula', () => {
  expect(csv([['День', '«Буфет; 2»'], ['1 сент.', '4,50'], ['=1+1', '-3,5']], 'ru')).toBe('День;"«Буфет; 2»"\r\n1 сент.;4,50\r\n\'=1+1;-3,5')
  expect(csv([['a "b"', '1,024.50', '+x'], ['12\u00a0000 ₽', '', '']], 'en')).toBe('"a ""b""","1,024.50",\'+x\r\n12 000 ₽,,')
})
