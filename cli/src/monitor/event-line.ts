import type { Event } from '@spacedrive/core/events'
import { printable } from '../text/escape.ts'
import { formatBytes, formatTime, plural } from '../text/format.ts'
import { shortenMiddle } from '../text/shorten.ts'
import type { Style } from '../text/style.ts'
import type { SubjectNames } from '../subject-names.ts'
import type { HeardEvent } from './state.ts'

const TYPE_WIDTH = 22

/** `14:05:09 location.added         Pictures` */
export function eventLine(
  { event, times }: HeardEvent,
  { names, style, width }: { readonly names: SubjectNames; readonly style: Style; readonly width: number },
): string {
  const often = times > 1 ? ` ×${times}` : ''
  const text = shortenMiddle(
    printable(what(event, (id) => names.get(id) ?? id)),
    width - TYPE_WIDTH - 12 - often.length,
  )
  return `  ${style('dim', formatTime(event.at))} ${style('accent', event.type.padEnd(TYPE_WIDTH))} ${text}${style('dim', often)}`
}

function what(event: Event, nameOf: (id: string) => string): string {
  switch (event.type) {
    case 'core.started':
      return `version ${event.data.version}`
    case 'core.stopped':
      return ''
    case 'library.created':
    case 'library.opened':
    case 'library.updated':
      return event.data.name
    case 'library.shared':
      return `${event.data.library.name} by ${event.data.device.name}`
    case 'library.closed':
    case 'library.members-changed':
    case 'library.deleted':
      return event.data.libraryId
    case 'library.failed':
      return `${event.data.path}: ${event.data.message}`
    case 'location.added':
    case 'location.updated':
      return event.data.name
    case 'location.state-changed':
      return `${nameOf(event.data.locationId)} ${event.data.state}${event.data.error === null ? '' : `: ${event.data.error}`}`
    case 'location.removed':
      return nameOf(event.data.locationId)
    case 'entries.changed':
      return `${plural(event.data.created.length + event.data.modified.length + event.data.deleted.length, 'change')} in ${event.data.path}`
    case 'entry.moved':
      return event.data.to
    case 'tree.changed':
      return event.data.path
    case 'content.identified':
      return plural(event.data.contentIds.length, 'content')
    case 'sidecars.changed':
      return `${event.data.kind} ${event.data.state}: ${event.data.more ? 'more than ' : ''}${plural(event.data.contentIds.length, 'content')}`
    case 'watcher.degraded':
      return `${event.data.path}: ${event.data.message}`
    case 'job.queued':
    case 'job.started':
    case 'job.progressed':
    case 'job.paused':
    case 'job.ended':
      return [event.data.name, event.data.subject === null ? '' : nameOf(event.data.subject), event.data.status]
        .filter(Boolean)
        .join(' ')
    case 'job.warned':
      return `${event.data.path ?? ''} ${event.data.message}`.trim()
    case 'volume.added':
    case 'volume.updated':
      return `${event.data.name}, ${formatBytes(event.data.freeBytes)} free`
    case 'volume.speed-tested':
      return event.data.name
    case 'volume.removed':
      return event.data.fingerprint
    case 'network.state-changed':
      return `${event.data.state}${event.data.error === null ? '' : `: ${event.data.error}`}`
    case 'offer.changed':
      return `${event.data.from.name} ${event.data.state}: ${event.data.names.join(', ')}`
    case 'transfer.changed':
      return `${event.data.title}: ${event.data.state}`
    case 'pairing.changed':
      return [event.data.state, event.data.device?.name ?? '', event.data.reason ?? ''].filter(Boolean).join(': ')
    case 'network.port-mapped':
      return `the router forwards ${event.data.address}`
    case 'network.port-unmapped':
      return `the router no longer forwards ${event.data.address}`
    case 'network.nearby-changed':
      return event.data.name === null ? 'not to be seen' : `to be seen as ${event.data.name}`
    case 'network.grant-requested':
      return `${event.data.device.name}: ${event.data.what}`
    case 'network.grant-changed':
      return `${event.data.device.name}: ${event.data.what} ${event.data.allowed ? 'allowed' : 'not allowed'}`
    case 'device.paired':
    case 'device.connected':
    case 'device.updated':
      return `${event.data.name}, ${event.data.path ?? event.data.state}`
    case 'device.disconnected':
      return `${nameOf(event.data.deviceId)}: ${event.data.reason}`
    case 'device.revoked':
      return event.data.name
    case 'device.job-changed':
      return `${nameOf(event.data.deviceId)}: ${event.data.job.name} ${event.data.job.status}`
    case 'config.changed':
      return event.data.key
  }
}
