import type { Core } from '@spacedrive/core'
import type { AuditLog } from './audit-log.ts'

const TYPES = ['device.paired', 'device.revoked', 'network.grant-changed', 'network.grant-requested'] as const

/** Records what devices are paired, and what they are granted and refused. */
export function auditEvents(core: Pick<Core, 'events'>, audit: AuditLog): Disposable {
  return core.events.subscribe(
    (event) => {
      switch (event.type) {
        case 'device.paired':
          return audit.add({ what: 'paired', from: event.data.name, detail: event.data.id })
        case 'device.revoked':
          return audit.add({ what: 'unpaired', from: event.data.name, detail: event.data.deviceId })
        case 'network.grant-changed': {
          const { allowed, device, what } = event.data
          return audit.add({
            what: 'granted',
            from: device.name,
            detail: `${what}: ${allowed ? 'allowed' : 'not allowed'}`,
          })
        }
        case 'network.grant-requested':
          return audit.add({
            what: 'refused',
            from: event.data.device.name,
            detail: `a paired device asked for ${event.data.what}, which it may not`,
          })
        default:
      }
    },
    { types: [...TYPES] },
  )
}
