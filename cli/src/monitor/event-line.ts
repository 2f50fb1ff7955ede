import type { Job, NetworkDevice, Volume } from '@spacedrive/core/domain'
import type { EventData, EventType } from '@spacedrive/core/events'
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
    printable(eventText(event.type, event.data, (id) => names.get(id) ?? id)),
    width - TYPE_WIDTH - 12 - often.length,
  )
  return `  ${style('dim', formatTime(event.at))} ${style('accent', event.type.padEnd(TYPE_WIDTH))} ${text}${style('dim', often)}`
}

type NameOf = (id: string) => string

/** The data of an event in a few words. */
export function eventText<T extends EventType>(type: T, data: EventData<T>, nameOf: NameOf): string {
  const write = texts[type]
  return write ? write(data, nameOf) : plainText(data, nameOf)
}

/** `Pictures offline: the disk is gone`: the fields that most events have. An event without a text of its own reads so. */
function plainText(data: object, nameOf: NameOf): string {
  const fields = new Map(
    Object.entries(data).filter((field): field is [string, string] => typeof field[1] === 'string'),
  )
  const first = (names: readonly string[]) => names.map((name) => fields.get(name)).find((text) => text !== undefined)
  const id = first(['locationId', 'deviceId', 'libraryId', 'jobId'])
  const subject = first(['name', 'title', 'path', 'key']) ?? (id === undefined ? undefined : nameOf(id))
  const head = [subject, fields.get('state')].filter((text) => text !== undefined).join(' ')
  return [head, first(['message', 'reason', 'error']) ?? ''].filter(Boolean).join(': ')
}

/** The events whose data says more than `plainText` finds in it, or less. */
const texts: { readonly [T in EventType]?: (data: EventData<T>, nameOf: NameOf) => string } = {
  'core.started': ({ version }) => `version ${version}`,
  'library.shared': ({ device, library }) => `${library.name} by ${device.name}`,
  'location.added': ({ name }) => name,
  'location.updated': ({ name }) => name,
  'entries.changed': ({ created, deleted, modified, path }) =>
    `${plural(created.length + modified.length + deleted.length, 'change')} in ${path}`,
  'entry.moved': ({ to }) => to,
  'content.identified': ({ contentIds }) => plural(contentIds.length, 'content'),
  'sidecars.changed': ({ contentIds, kind, more, state }) =>
    `${kind} ${state}: ${more ? 'more than ' : ''}${plural(contentIds.length, 'content')}`,
  'job.queued': jobText,
  'job.started': jobText,
  'job.progressed': jobText,
  'job.paused': jobText,
  'job.ended': jobText,
  'job.warned': ({ message, path }) => `${path ?? ''} ${message}`.trim(),
  'volume.added': volumeText,
  'volume.updated': volumeText,
  'volume.removed': ({ fingerprint }) => fingerprint,
  'offer.changed': ({ from, names, state }) => `${from.name} ${state}: ${names.join(', ')}`,
  'transfer.changed': ({ state, title }) => `${title}: ${state}`,
  'pairing.changed': ({ device, reason, state }) => [state, device?.name, reason].filter(Boolean).join(': '),
  'network.port-mapped': ({ address }) => `the router forwards ${address}`,
  'network.port-unmapped': ({ address }) => `the router no longer forwards ${address}`,
  'network.nearby-changed': ({ name }) => (name === null ? 'not to be seen' : `to be seen as ${name}`),
  'network.grant-requested': ({ device, what }) => `${device.name}: ${what}`,
  'network.grant-changed': ({ allowed, device, what }) =>
    `${device.name}: ${what} ${allowed ? 'allowed' : 'not allowed'}`,
  'device.paired': deviceText,
  'device.connected': deviceText,
  'device.updated': deviceText,
  'device.job-changed': ({ deviceId, job }, nameOf) => `${nameOf(deviceId)}: ${job.name} ${job.status}`,
}

function jobText({ name, status, subject }: Job, nameOf: NameOf): string {
  return [name, subject === null ? '' : nameOf(subject), status].filter(Boolean).join(' ')
}

function volumeText({ freeBytes, name }: Volume): string {
  return `${name}, ${formatBytes(freeBytes)} free`
}

function deviceText({ name, path, state }: NetworkDevice): string {
  return `${name}, ${path ?? state}`
}
