import type { Core } from '@spacedrive/core'
import type { Event } from '@spacedrive/core/events'
import type { AuditLog } from './audit-log.ts'

type Recorded = Parameters<AuditLog['add']>[0]
type Recorders = { readonly [T in Event['type']]?: (data: Extract<Event, { type: T }>['data']) => Recorded }

const recorders = {
  'device.paired': ({ id, name }) => ({ what: 'paired', from: name, detail: id }),
  'device.revoked': ({ deviceId, name }) => ({ what: 'unpaired', from: name, detail: deviceId }),
  'network.grant-changed': ({ allowed, device, what }) => ({
    what: 'granted',
    from: device.name,
    detail: `${what}: ${allowed ? 'allowed' : 'not allowed'}`,
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
} as const satisfies Recorders

/** Records pairings, grants, refusals, and the ports that the router forwards. */
export function auditEvents(core: Pick<Core, 'events'>, audit: AuditLog): Disposable {
  return core.events.subscribe((event) => {
    const record = (recorders as Recorders)[event.type] as ((data: unknown) => Recorded) | undefined
    if (record) audit.add(record(event.data))
  })
}
