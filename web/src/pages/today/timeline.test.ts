import { describe, expect, test } from 'vitest'
import { newsIn, nextHomework, timelineOf } from './timeline'
import type { Day, DayLesson, Homework } from './Today.graphql'

const ZONE = 'Europe/Moscow'
const door = { name: 'Main' }
const passage = (id: string, happenedAt: string, direction: 'IN' | 'OUT' = 'IN') => ({ node: { id, direction, happenedAt, late: false, door } })
const lesson = (id: string, startsAt: string, marks: DayLesson['marks'] = []): DayLesson => ({
  lesson: { id, subject: { name: 'Algebra' }, group: null, bell: 1, startsAt, endsAt: startsAt, room: null, topic: null, cancelled: false, substituted: false, movedFrom: null, otherRoom: false, merged: false, teacher: null },
  homework: [], marks, attendance: null,
})

describe('the timeline', () => {
  test('is in the order of the day, whatever the order of the answers', () => {
    const day: Day = {
      childDay: { lessons: [lesson('second', '2026-09-07T06:30:00Z'), lesson('first', '2026-09-07T05:30:00Z')], movedAway: [] },
      passages: { edges: [passage('out', '2026-09-07T11:00:00Z', 'OUT'), passage('in', '2026-09-07T05:20:00Z')] },
      mealHistory: { edges: [{ node: { id: 'lunch', kind: 'SALE', amount: { minor: 1, currency: 'RUB' }, happenedAt: '2026-09-07T09:00:00+00:00', items: [] } }] },
    }
    expect(timelineOf(day, '2026-09-07', ZONE).map(({ id }) => id)).toEqual(['in', 'first', 'second', 'lunch', 'out'])
  })

  test('holds the school’s day and no other', () => {
    const day: Day = { passages: { edges: [passage('yesterday', '2026-09-06T20:59:59Z'), passage('today', '2026-09-06T21:00:00Z')] } }
    expect(timelineOf(day, '2026-09-07', ZONE).map(({ id }) => id)).toEqual(['today'])
  })

  test('says of a passage how late it was', () => {
    const day: Day = { passages: { edges: [passage('in', '2026-09-07T05:37:00Z')] }, lateArrivals: [{ passageId: 'in', minutes: 7 }] }
    expect(timelineOf(day, '2026-09-07', ZONE)).toMatchObject([{ kind: 'passage', minutesLate: 7 }])
  })

  test('holds what was refused at a door, and no tap that was let through', () => {
    const tap = (id: string, outcome: 'ADMIT' | 'REFUSE', at: typeof door | null) =>
      ({ node: { id, direction: 'IN' as const, happenedAt: '2026-09-07T05:37:00Z', late: false, door: at, verdict: { outcome, reason: 'NO_RIGHT' } } })
    const day: Day = { taps: { edges: [tap('refused', 'REFUSE', door), tap('admitted', 'ADMIT', door), tap('at the till', 'REFUSE', null)] } }
    expect(timelineOf(day, '2026-09-07', ZONE).map(({ id }) => id)).toEqual(['refused'])
  })

  test('has a lesson that was moved away where it was to be', () => {
    const away = { id: 'away', subject: { name: 'Algebra' }, startsAt: '2026-09-09T05:30:00Z', movedFrom: '2026-09-07T06:00:00Z', movedFromBell: 2 }
    const day: Day = { childDay: { lessons: [lesson('second', '2026-09-07T06:30:00Z'), lesson('first', '2026-09-07T05:30:00Z')], movedAway: [away] } }
    expect(timelineOf(day, '2026-09-07', ZONE).map(({ id }) => id)).toEqual(['first', 'moved away', 'second'])
  })

  test('is empty where nothing is open to the viewer', () => {
    expect(timelineOf({}, '2026-09-07', ZONE)).toEqual([])
  })

  test('calls a mark news, and not its lesson', () => {
    const marks: DayLesson['marks'] = [{ id: 'mark', label: '5', converted: null, weight: 1, work: 'ANSWER', counts: true, ownWork: null }]
    expect(newsIn(timelineOf({ childDay: { lessons: [lesson('lesson', '2026-09-07T05:30:00Z', marks)], movedAway: [] } }, '2026-09-07', ZONE))).toEqual(['mark'])
  })
})

test('the next homework is that of the first day that has any', () => {
  const homework = (id: string, date: string): Homework => ({ id, date, subject: { name: 'Algebra' }, text: id })
  expect(nextHomework([homework('b', '2026-09-09'), homework('a', '2026-09-08'), homework('c', '2026-09-08')]))
    .toMatchObject({ date: '2026-09-08', homework: [{ id: 'a' }, { id: 'c' }] })
  expect(nextHomework([])).toBeNull()
})
