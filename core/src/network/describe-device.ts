import type { NetworkDevice } from '../domain/index.ts'
import type { PairedDevice } from './registry/paired-device.ts'
import { MAX_SKEW_MS } from './sessions/limits.ts'
import type { Sessions } from './sessions/sessions.ts'

/** Describes a paired device for users. `now` is in milliseconds since 1970. */
export function describeDevice(
  { blocked, id, lastSeenAt, name, os, slug }: PairedDevice,
  { isOn, now, sessions }: { sessions: Sessions; isOn: boolean; now: number },
): NetworkDevice {
  const peer = sessions.get(id)
  const state = blocked ? 'blocked' : peer ? 'connected' : isOn && lastSeenAt !== null ? 'disconnected' : 'paired'
  const seenAt = peer ? now : lastSeenAt
  return {
    id,
    name,
    slug,
    os,
    state,
    path: peer?.path()?.kind ?? null,
    latencyMs: sessions.details(id)?.latencyMs ?? null,
    lastSeenAt: seenAt === null ? null : new Date(seenAt).toISOString(),
  }
}

/**
 * A notice for the user if the clock of another device is far ahead or behind; null if the clocks agree well enough.
 */
export function skewNotice(name: string, skewMs: number): string | null {
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return null
  const minutes = Math.round(Math.abs(skewMs) / 60_000)
  return `the clock of ${name} is ${minutes} min ${skewMs > 0 ? 'ahead of' : 'behind'} this one; set the one that is wrong`
}
