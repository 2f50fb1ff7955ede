import type { Core } from '@spacedrive/core'
import type { PairingStatus } from '@spacedrive/core/domain'
import type { Event } from '@spacedrive/core/events'
import type { AuditLog } from './audit-log.ts'

type Recorded = Parameters<AuditLog['add']>[0]
type Data<T extends Event['type']> = Extract<Event, { type: T }>['data']
type Recorders = { readonly [T in Event['type']]?: (data: Data<T>) => Recorded | null }

/** Most folders that one record names. */
const MAX_FOLDERS = 5

/** Records pairings, grants, refusals, and the ports that the router forwards. */
export function auditEvents(core: Pick<Core, 'events'>, audit: AuditLog): Disposable {
  const recorders = createRecorders()
  return core.events.subscribe((event) => {
    const record = recorders[event.type] as ((data: unknown) => Recorded | null) | undefined
    const recorded = record?.(event.data)
    if (recorded) audit.add(recorded)
  })
}

function createRecorders(): Recorders {
  let lastPairing: PairingStatus | null = null
  return {
    'device.paired': ({ id, name }) => ({ what: 'paired', from: name, detail: id }),
    'device.revoked': ({ deviceId, name }) => ({ what: 'unpaired', from: name, detail: deviceId }),
    'pairing.changed': (status) => {
      const before = lastPairing?.session === status.session ? lastPairing : null
      lastPairing = status
      return failedPairing(status, before)
    },
    'network.grant-changed': (grant) => ({
      what: 'granted',
      from: grant.device.name,
      detail: `${grant.what}: ${grantedFiles(grant)}`,
    }),
    'network.grant-requested': ({ device, what }) => ({
      what: 'refused',
      from: device.name,
      detail: `a paired device asked for ${what}, which it may not`,
    }),
    'network.port-mapped': ({ address }) => ({
      what: 'port-mapped',
      from: 'router',
      detail: `the router forwards ${address} to this device`,
    }),
    'network.port-unmapped': ({ address }) => ({
      what: 'port-unmapped',
      from: 'router',
      detail: `the router no longer forwards ${address}`,
    }),
  }
}

function grantedFiles({ allowed, everything, folders }: Data<'network.grant-changed'>): string {
  if (!allowed) return 'not allowed'
  if (everything) return 'allowed, every file that this user can read'
  const more = folders.length - MAX_FOLDERS
  return `allowed, ${folders.slice(0, MAX_FOLDERS).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

/** A wrong attempt at a code, or a pairing with a device that did not come about. Null for every other change. */
function failedPairing(status: PairingStatus, before: PairingStatus | null): Recorded | null {
  const { attemptsLeft, device, reason, role, state } = status
  const from = device?.name ?? (role === 'joiner' ? 'the device with the code' : 'a device that is not paired')
  const hadAttempts = before?.attemptsLeft ?? null
  if (hadAttempts !== null && attemptsLeft !== null && attemptsLeft < hadAttempts)
    return { what: 'refused', from, detail: `it did not prove the pairing code; ${attemptsLeft} attempts are left` }
  // A code that no device has used expires without a refusal.
  const hasFailed = state === 'failed' || ((state === 'expired' || state === 'cancelled') && device !== null)
  return hasFailed ? { what: 'refused', from, detail: `pairing: ${reason ?? state}` } : null
}
