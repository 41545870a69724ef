import { expect, test } from 'vitest'
import { linesOf } from './names'

test('a line is a person, whose id stays as long as the line does', () => {
  const known = new Map<string, string>()
  const [one, two, three] = linesOf(' Ёлкина  Яна Олеговна\n\nМамедов\tАли Гасан оглы\nПетров, учитель физики, завуч', known)
  expect([one!.familyName, one!.givenName, one!.patronymic, one!.rest]).toEqual(['Ёлкина', 'Яна', 'Олеговна', ''])
  expect([two!.familyName, two!.givenName, two!.patronymic]).toEqual(['Мамедов', 'Али', 'Гасан оглы'])
  expect([three!.familyName, three!.givenName, three!.rest]).toEqual(['Петров', '', 'учитель физики, завуч'])
  const again = linesOf('Петров Пётр\nЁлкина Яна Олеговна\nЁлкина Яна Олеговна', known)
  expect(again[1]!.id).toBe(one!.id)
  expect(new Set(again.map(({ id }) => id)).size).toBe(3)
})
