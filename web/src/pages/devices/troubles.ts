import type { Device } from './Devices.graphql'

/** What is wrong with a device, the worst first. */
export type Trouble =
  | { kind: 'neverSeen' }
  | { kind: 'silent'; seconds: number }
  | { kind: 'slow' | 'fast'; seconds: number }
  | { kind: 'waiting' | 'rejected'; number: number }
  | { kind: 'absent' | 'failed' | 'untold' | 'unbound'; reader: string }

/** Heartbeats come every quarter of a minute. */
const SILENT_SECONDS = 120
const CLOCK_SECONDS = 60
/** A few taps wait for a moment in every rush; more than these do not get through. */
const RUSH = 10

/** Of a device that may come still; `seconds` are those that have gone since one asked. */
export function troublesOf(device: Device, seconds = 0): Trouble[] {
  const silent = device.silentSeconds === null ? null : device.silentSeconds + seconds
  const offset = Math.round(device.clockOffsetMs / 1000)
  const found: Trouble[] = []
  if (silent === null) found.push({ kind: 'neverSeen' })
  else if (silent >= SILENT_SECONDS) found.push({ kind: 'silent', seconds: silent })
  if (device.queueDepth > RUSH) found.push({ kind: 'waiting', number: device.queueDepth })
  if (Math.abs(offset) >= CLOCK_SECONDS) found.push({ kind: offset > 0 ? 'slow' : 'fast', seconds: Math.abs(offset) })
  if (device.rejected > 0) found.push({ kind: 'rejected', number: device.rejected })
  for (const { name, state, place } of device.readers) {
    if (state === 'ABSENT' || state === 'FAILED') found.push({ kind: state === 'ABSENT' ? 'absent' : 'failed', reader: name })
    else if (state === null && silent !== null) found.push({ kind: 'untold', reader: name })
    else if (place === null && device.kind !== 'DESK') found.push({ kind: 'unbound', reader: name })
  }
  return found
}

/** Those that need somebody first, then by name as the service gives them; whoever was turned away is apart. */
export function arrangedDevices(devices: readonly Device[]): { troubled: Device[]; well: Device[]; gone: Device[] } {
  const present = devices.filter(({ revokedAt }) => revokedAt === null)
  return {
    troubled: present.filter((device) => troublesOf(device).length > 0),
    well: present.filter((device) => troublesOf(device).length === 0),
    gone: devices.filter(({ revokedAt }) => revokedAt !== null),
  }
}
