import type { Event, EventType } from '@spacedrive/core/events'
import type { QueryName } from '@spacedrive/client'
import type { Heard } from './connection.ts'

/** The first part of the key of every answer of the daemon that is kept: `[OPERATION, name, input, library]`. */
export const OPERATION = 'operation'

/** What answers tell of, so that an event makes only those stale that it is about. */
const topics = {
  tree: [
    'files.list',
    'files.seek',
    'files.sizes',
    'files.info',
    'files.archive',
    'media.timeline',
    'media.list',
    'media.seek',
  ],
  totals: [
    'copies.list',
    'copies.unique',
    'statistics.library',
    'libraries.info',
    'search.files',
    'locations.list',
    'locations.info',
  ],
  sidecars: ['files.info', 'sidecars.list', 'sidecars.usage', 'sidecars.pending', 'sidecars.presence', 'sidecars.text'],
  jobs: ['jobs.list', 'jobs.info', 'system.status', 'sidecars.hindrances'],
  libraries: ['libraries.list', 'libraries.current', 'libraries.info', 'system.status'],
  locations: ['locations.list', 'locations.info', 'locations.summary', 'files.list', 'files.info'],
  volumes: ['volumes.list', 'volumes.info', 'files.list', 'files.info', 'statistics.library', 'search.files'],
  config: ['config.get', 'config.explain'],
  network: ['network.status', 'system.status'],
  devices: [
    'network.devices',
    'network.status',
    'network.grants',
    'jobs.list',
    'libraries.members',
    'sidecars.presence',
    'libraries.invitations',
  ],
  grants: ['network.grants'],
  pairing: ['pairing.status'],
  offers: ['offers.list'],
  nearby: ['nearby.list'],
  transfers: ['transfers.list'],
  members: ['libraries.members', 'libraries.invitations'],
} as const satisfies Record<string, readonly string[]>

type Topic = keyof typeof topics

const topicsOf: Partial<Record<EventType, readonly Topic[]>> = {
  'library.created': ['libraries'],
  'library.opened': ['libraries'],
  'library.closed': ['libraries'],
  'library.updated': ['libraries'],
  'library.deleted': ['libraries'],
  'library.failed': ['libraries'],
  'location.added': ['locations', 'totals'],
  'location.updated': ['locations'],
  'location.state-changed': ['locations'],
  'location.removed': ['locations', 'totals', 'tree'],
  'entries.changed': ['tree', 'totals'],
  'entry.moved': ['tree', 'totals'],
  'tree.changed': ['tree', 'totals'],
  'content.identified': ['tree', 'totals'],
  'sidecars.changed': ['sidecars'],
  'job.queued': ['jobs'],
  'job.started': ['jobs'],
  'job.progressed': ['jobs'],
  'job.paused': ['jobs'],
  'job.ended': ['jobs', 'totals', 'sidecars'],
  'job.warned': ['jobs'],
  'volume.added': ['volumes'],
  'volume.removed': ['volumes'],
  'volume.updated': ['volumes'],
  'volume.speed-tested': ['volumes'],
  'network.state-changed': ['network', 'devices'],
  'network.port-mapped': ['network'],
  'network.port-unmapped': ['network'],
  'network.grant-requested': ['grants'],
  'network.grant-changed': ['grants'],
  'pairing.changed': ['pairing'],
  'device.paired': ['devices'],
  'device.connected': ['devices'],
  'device.disconnected': ['devices'],
  'device.updated': ['devices'],
  'device.revoked': ['devices'],
  'library.members-changed': ['members'],
  'library.shared': ['members'],
  'offer.changed': ['offers'],
  'network.nearby-changed': ['nearby'],
  'transfer.changed': ['transfers'],
  'device.job-changed': ['jobs'],
  'config.changed': ['config'],
}

/** Answers of one operation that are stale; `path`: only those about this folder, what is in it, or what it is in. */
export interface Stale {
  readonly operation: string
  readonly path: string | null
}

/** Which answers an event makes stale; null: all. */
export function staleBy(heard: Heard): Stale[] | null {
  if (heard.type === 'gap') return null
  const path =
    'path' in heard.data && heard.type !== 'library.failed' && heard.type !== 'job.warned' ? heard.data.path : null
  const isAboutPlace = heard.type === 'entries.changed' || heard.type === 'tree.changed'
  const stale = (topicsOf[heard.type] ?? []).flatMap((topic) =>
    topics[topic].map((operation) => ({ operation, path: isAboutPlace && topic === 'tree' ? path : null })),
  )
  return isAboutDevices(heard) ? [...stale, ...ofOtherDevices] : stale
}

/** Whether the files of another device may be reached now, or no longer. */
function isAboutDevices({ type }: Event): boolean {
  return type === 'device.connected' || type === 'device.disconnected' || type === 'network.state-changed'
}

/** All addresses of files of other devices begin with it. */
const OF_DEVICES = 'local:'
const ofOtherDevices: readonly Stale[] = ['files.list', 'files.info', 'network.places', 'network.where'].map(
  (operation) => ({
    operation,
    path: operation.startsWith('network.') ? null : OF_DEVICES,
  }),
)

/** Both, each once: a burst is about few things. */
export function joined(some: readonly Stale[], more: readonly Stale[]): Stale[] {
  const all = [...some, ...more].map((stale) => [`${stale.operation} ${stale.path ?? ''}`, stale] as const)
  return [...new Map(all).values()]
}

/** Whether a kept answer is one of those; a folder's answer tells of what lies in it, and of sums from below it. */
export function isStale({ operation, path }: Stale, [, name, input]: readonly unknown[]): boolean {
  if (name !== (operation as QueryName)) return false
  if (path === null) return true
  const asked = (input as { path?: unknown }).path
  // Bytes that are no text cannot be compared with what events say.
  if (typeof asked !== 'string' || asked.startsWith('base64:')) return true
  return asked === path || isBelow(asked, path) || isBelow(path, asked)
}

/** By either separator: where `\\` is none, something is asked for once too often. */
function isBelow(path: string, folder: string): boolean {
  const begin = folder.replace(/[\\/]$/, '')
  return path.startsWith(`${begin}/`) || path.startsWith(`${begin}\\`)
}
