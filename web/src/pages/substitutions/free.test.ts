import { expect, test } from 'vitest'
import { freeTeachers, grouped, hostsFor, isChanged } from './free'
import type { Lesson, Teacher } from './Substitutions.graphql'

const DAY = '2026-09-07'
const lesson = (id: string, group: string, teacher: string, bell = 1, more: Partial<Lesson> = {}): Lesson => ({
  id, date: DAY, bell, startsAt: `${DAY}T0${bell + 5}:30:00Z`, endsAt: `${DAY}T0${bell + 6}:15:00Z`, room: null, cancelled: false, substituted: false, movedFrom: null, otherRoom: false, merged: false, revision: 0,
  subject: { id: 'algebra', name: 'Алгебра' }, classGroup: { id: group, name: group }, group: null, teacher: { id: teacher, name: teacher }, courseTeacher: { id: teacher, name: teacher }, ...more,
})
const teacher = (id: string, subjectIds: string[], classGroupIds: string[]): Teacher => ({ person: { id, name: id }, subjectIds, classGroupIds })
const TEACHERS = [teacher('any', [], []), teacher('busy', ['algebra'], ['5А']), teacher('class', ['physics'], ['5А']), teacher('ill', ['algebra'], ['5А']), teacher('subject', ['algebra'], [])]

test('the free are offered, who teach the subject or the class first, and not who is away', () => {
  const ill = lesson('one', '5А', 'ill')
  const lessons = [ill, lesson('two', '6Б', 'busy'), lesson('three', '7В', 'any', 2), lesson('four', '8Г', 'subject', 1, { cancelled: true })]
  const free = freeTeachers(TEACHERS, lessons, { lesson: ill, date: DAY, bell: 1, absent: 'ill' })
  expect(free.map(({ id, fit }) => [id, fit])).toEqual([['subject', 'subject'], ['class', 'class'], ['any', 'free']])
  expect(freeTeachers(TEACHERS, lessons, { lesson: ill, date: DAY, bell: 2 }).map(({ id }) => id)).toEqual(['busy', 'ill', 'subject', 'class'])
})

test('who gives a lesson of the other building at these hours is not free, whatever its number', () => {
  const ill = lesson('one', '5А', 'ill')
  const there = (bell: number, startsAt: string, endsAt: string) => lesson('two', '6Б', 'busy', bell, { startsAt: `${DAY}T${startsAt}:00Z`, endsAt: `${DAY}T${endsAt}:00Z` })
  const free = (other: Lesson) => freeTeachers(TEACHERS, [ill, other], { lesson: ill, date: DAY, bell: 1 }).some(({ id }) => id === 'busy')
  expect(free(there(2, '07:00', '07:40'))).toBe(false)
  expect(free(there(1, '05:45', '06:30'))).toBe(true)
})

test('a lesson is held together with one of another class at the same moment', () => {
  const one = lesson('one', '5А', 'ill')
  const others = [one, lesson('two', '6Б', 'busy'), lesson('late', '6Б', 'busy', 2), lesson('off', '7В', 'any', 1, { cancelled: true }), lesson('same', '5А', 'any')]
  expect(hostsFor(others, one).map(({ id }) => id)).toEqual(['two'])
})

test('classes stand in the order of their numbers', () => {
  const lessons = [lesson('a', '10А', 'x'), lesson('b', '5Б', 'y'), lesson('c', '5А', 'x', 2), lesson('d', '5А', 'y')]
  expect(grouped(lessons, 'class').map(({ name, lessons: own }) => [name, own.map(({ id }) => id)])).toEqual([['5А', ['c', 'd']], ['5Б', ['b']], ['10А', ['a']]])
  expect(grouped(lessons, 'teacher').map(({ name }) => name)).toEqual(['x', 'y'])
})

test('what is as in the timetable is not changed', () => {
  expect(isChanged(lesson('a', '5А', 'x'))).toBe(false)
  expect(isChanged(lesson('a', '5А', 'x', 1, { otherRoom: true }))).toBe(true)
})
