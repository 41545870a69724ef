import { expect, test } from 'vitest'
import { initials } from './initials'

test('the first letters of the first two names', () => {
  expect(['Иванова Анна Петровна', 'Анна', 'ёлкин пётр', 'Петрова-Водкина Ия', '', '  '].map(initials)).toEqual(['ИА', 'А', 'ЁП', 'ПВ', '', ''])
})
