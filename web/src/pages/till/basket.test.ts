import { expect, it } from 'vitest'
import { EMPTY, isEmpty, itemsOf, keyed, sumOf, taken, usual } from './basket'

const TEA = { name: 'Tea', price: 2500 }
const SOUP = { name: 'Soup', price: 9000 }

it('adds up dishes and what is typed', () => {
  const basket = [TEA, SOUP, TEA].reduce(taken, keyed(keyed(EMPTY, '1', 2), '5', 2))
  expect(sumOf(basket, 2)).toBe(15_500)
  expect(itemsOf(basket, 2, 'Meal')).toEqual([{ ...TEA, quantity: 2 }, { ...SOUP, quantity: 1 }, { name: 'Meal', price: 1500, quantity: 1 }])
})

it('takes back what came last: digits, then dishes', () => {
  let basket = keyed([SOUP, TEA, TEA].reduce(taken, EMPTY), '7', 2)
  const lines = []
  while (!isEmpty(basket)) {
    basket = keyed(basket, 'back', 2)
    lines.push(sumOf(basket, 2))
  }
  expect(lines).toEqual([14_000, 11_500, 9000, 0])
  expect(keyed(taken(EMPTY, TEA), 'clear', 2)).toBe(EMPTY)
})

it('is never longer than a sale may be', () => {
  const twenty = Array.from({ length: 25 }, () => TEA).reduce(taken, EMPTY)
  expect(twenty.lines).toEqual([{ ...TEA, quantity: 20 }])
  const many = Array.from({ length: 40 }, (_, price) => ({ name: 'Tea', price: price + 1 })).reduce(taken, EMPTY)
  expect(many.lines.length).toBe(29)
})

it('finds what is sold most often', () => {
  const sold = (...items: (typeof TEA)[]) => ({ items })
  expect(usual([sold(TEA, SOUP), sold(TEA), sold({ name: 'Meal', price: 100 })], 'Meal')).toEqual([SOUP, TEA])
  const rare = Array.from({ length: 9 }, (_, number) => sold({ name: `Dish ${number}`, price: 100 }))
  expect(usual([...rare, sold({ name: 'Dish 8', price: 100 })], 'Meal').map(({ name }) => name)).toEqual([0, 1, 2, 3, 4, 5, 6, 8].map((number) => `Dish ${number}`))
})
