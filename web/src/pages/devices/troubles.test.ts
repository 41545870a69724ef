import { expect, test } from 'vitest'
import type { Device } from './Devices.graphql'
import { arrangedDevices, troublesOf } from './troubles'

const well: Device = {
  id: 'd', kind: 'GATE', name: 'Gate', enrolledAt: '', revokedAt: null, seenAt: '', silentSeconds: 10, software: '1', queueDepth: 0, rejected: 0, clockOffsetMs: 900,
  lastTapAt: null, listVersion: '7', keyMadeAt: '', keyAskedAt: null, nextKeyUntil: null,
  readers: [{ name: 'in', state: 'OK', doorId: 'x', direction: 'IN', tillId: null, place: 'Main' }],
}

test('a device that is heard of has no trouble', () => expect(troublesOf(well)).toEqual([]))

test('silence grows while one looks', () => {
  expect(troublesOf(well, 110)).toEqual([{ kind: 'silent', seconds: 120 }])
  expect(troublesOf({ ...well, silentSeconds: null }, 500)).toEqual([{ kind: 'neverSeen' }])
})

test('a queue, a clock and what was rejected are told', () => {
  expect(troublesOf({ ...well, queueDepth: 37, clockOffsetMs: 240_000, rejected: 2 })).toEqual([
    { kind: 'waiting', number: 37 }, { kind: 'slow', seconds: 240 }, { kind: 'rejected', number: 2 },
  ])
  expect(troublesOf({ ...well, clockOffsetMs: -61_000 })).toEqual([{ kind: 'fast', seconds: 61 }])
})

test('each reader is told of once', () => {
  const reader = well.readers[0]!
  const readers = [{ ...reader, name: 'a', state: 'ABSENT' as const }, { ...reader, name: 'b', state: null }, { ...reader, name: 'c', place: null }]
  expect(troublesOf({ ...well, readers }).map((one) => [one.kind, 'reader' in one && one.reader])).toEqual([['absent', 'a'], ['untold', 'b'], ['unbound', 'c']])
  expect(troublesOf({ ...well, kind: 'DESK', readers: [{ ...reader, place: null }] })).toEqual([])
})

test('a few taps that wait for a moment are no trouble', () => {
  expect([1, 10, 11].map((queueDepth) => troublesOf({ ...well, queueDepth }).length)).toEqual([0, 0, 1])
})

test('what needs somebody comes first, what was turned away is apart', () => {
  const [late, gone] = [{ ...well, id: 'late', queueDepth: 11 }, { ...well, id: 'gone', revokedAt: '' }]
  expect(arrangedDevices([well, late, gone])).toEqual({ troubled: [late], well: [well], gone: [gone] })
})
