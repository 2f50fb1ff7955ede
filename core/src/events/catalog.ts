import { z } from 'zod'
import type { Access } from '../domain/access.ts'
import { ContentId, DeviceId, EntryId, JobId, LibraryId, LocationId } from '../domain/ids.ts'
import { Job } from '../domain/job.ts'
import { Library } from '../domain/library.ts'
import { Location, LocationState } from '../domain/location.ts'
import { SidecarKind, SidecarState } from '../domain/sidecar.ts'
import { Grant, GrantRequest, NetworkDevice, NetworkState } from '../domain/network.ts'
import { Visibility } from '../domain/nearby.ts'
import { Offer } from '../domain/offer.ts'
import { PairingStatus } from '../domain/pairing.ts'
import { Transfer } from '../domain/transfer.ts'
import { Volume } from '../domain/volume.ts'

function named<I extends z.ZodType>(id: I) {
  return z.object({ id, name: z.string() })
}

/** Every event on the bus, with its data. Events report changes; no caller waits for them. */
export const events = {
  /** The engine is open and answers requests. */
  'core.started': z.object({ version: z.string() }),
  /** The engine has closed. It sends no further events. */
  'core.stopped': z.object({}),
  /** A library folder was created. */
  'library.created': Library,
  /** A library was opened. */
  'library.opened': Library,
  /** A library was closed. */
  'library.closed': z.object({ libraryId: LibraryId }),
  /** A library was renamed or its settings changed. */
  'library.updated': Library,
  /** A device became a member of a library, or stopped being one. */
  'library.members-changed': z.object({ libraryId: LibraryId }),
  /** A paired device shares a library, which can be joined here. */
  'library.shared': z.object({ device: named(DeviceId), library: named(LibraryId) }),
  /** A library was removed from the list; its folder may still exist. */
  'library.deleted': z.object({ libraryId: LibraryId }),
  /** A library could not be opened. The daemon continues without it. */
  'library.failed': z.object({ path: z.string(), message: z.string() }),
  /** A location was added; its first scan is queued. */
  'location.added': Location,
  /** A location's settings changed. */
  'location.updated': Location,
  /** The state of a location changed, for example to `offline` because its volume was unplugged. */
  'location.state-changed': z.object({ locationId: LocationId, state: LocationState, error: z.string().nullable() }),
  /** A location was removed; its files are untouched. */
  'location.removed': z.object({ locationId: LocationId }),
  /** Entries of the folder `path` changed. If there are too many changes, `tree.changed` is sent instead. */
  'entries.changed': z.object({
    locationId: LocationId,
    path: z.string(),
    created: z.array(EntryId),
    modified: z.array(EntryId),
    deleted: z.array(EntryId),
  }),
  /**
   * An entry was renamed or moved and kept its id. `from` and `to` are paths. If a folder moved, no events are sent
   * for the entries below it. If there are too many changes, only `tree.changed` is sent.
   */
  'entry.moved': z.object({ entryId: EntryId, from: z.string(), to: z.string() }),
  /** So much changed below the folder `path` that listing it again is cheaper than single events. */
  'tree.changed': z.object({ locationId: LocationId, path: z.string() }),
  /** A file was read and its content identified. */
  'content.identified': z.object({ contentIds: z.array(ContentId) }),
  /**
   * Sidecars of one kind were generated, failed or became pending again. Sent at most ten times a second over all
   * kinds; `more` is set if other contents are affected that are not named.
   */
  'sidecars.changed': z.object({
    kind: SidecarKind,
    state: SidecarState,
    contentIds: z.array(ContentId),
    more: z.boolean(),
  }),
  /** The watcher lost events for a folder, or cannot watch it; `message` and `help` give details. */
  'watcher.degraded': z.object({
    locationId: LocationId,
    path: z.string(),
    message: z.string(),
    help: z.string().nullable(),
  }),
  /** A job was put in the queue. */
  'job.queued': Job,
  /** A job started, or continued after a pause. */
  'job.started': Job,
  /** Sent at most ten times a second for each job. */
  'job.progressed': Job,
  /** A job was paused and its state was stored. */
  'job.paused': Job,
  /** A job ended: completed, failed or cancelled. */
  'job.ended': Job,
  /** A job skipped something that it could not do. */
  'job.warned': z.object({ jobId: JobId, code: z.string(), message: z.string(), path: z.string().nullable() }),
  /** A volume appeared for the first time since the start. */
  'volume.added': Volume,
  /** A volume disappeared from the mount table. */
  'volume.removed': z.object({ fingerprint: z.string() }),
  /** A volume's name, space, mount point or tracking changed. */
  'volume.updated': Volume,
  /** A volume was measured. */
  'volume.speed-tested': Volume,
  /** Networking was started or stopped, or waits for its password, or could not be started. */
  'network.state-changed': z.object({ state: NetworkState, error: z.string().nullable() }),
  /** The router forwards a UDP port to this device. `address` is the outside address with the port. */
  'network.port-mapped': z.object({ address: z.string() }),
  /** The router no longer forwards a UDP port to this device. */
  'network.port-unmapped': z.object({ address: z.string() }),
  /** The state of a pairing changed. */
  'pairing.changed': PairingStatus,
  /**
   * A paired device requested access that it does not have. Sent only once, until the user answers with `network
   * grant`.
   */
  'network.grant-requested': GrantRequest,
  /** The user of this device has given a paired device a grant, or withdrawn one. */
  'network.grant-changed': Grant,
  /** A device was paired with this one. */
  'device.paired': NetworkDevice,
  /** A paired device is connected. */
  'device.connected': NetworkDevice,
  /** A paired device is no longer connected. */
  'device.disconnected': z.object({ deviceId: DeviceId, reason: z.string() }),
  /** The data about a paired device changed: its name, its addresses, whether it is blocked. */
  'device.updated': NetworkDevice,
  /** A job of another device changed; sent while a user here views its jobs. */
  'device.job-changed': z.object({ deviceId: DeviceId, libraryId: LibraryId, job: Job }),
  /** A device is no longer paired. */
  'device.revoked': z.object({ deviceId: DeviceId, name: z.string() }),
  /** The progress of a transfer. Sent at most four times a second for each transfer. */
  'transfer.changed': Transfer,
  /**
   * This device became visible or invisible to everyone on the local network, or the list of visible devices changed.
   */
  'network.nearby-changed': Visibility,
  /** Files were offered to or by this device, or the state of an offer changed. */
  'offer.changed': Offer,
  /** The configuration changed. */
  'config.changed': z.object({ key: z.string() }),
}

export type EventType = keyof typeof events
export type EventData<T extends EventType> = z.output<(typeof events)[T]>

/**
 * The right that a listener needs for each event. It is the same as for the operation that shows the same data. Null:
 * only the user of this machine gets the event.
 */
export const audiences = {
  'core.started': 'view',
  'core.stopped': 'view',
  'library.created': 'view',
  'library.opened': 'view',
  'library.closed': 'view',
  'library.updated': 'view',
  'library.members-changed': 'view',
  'library.shared': null,
  'library.deleted': 'view',
  'library.failed': 'view',
  'location.added': 'view',
  'location.updated': 'view',
  'location.state-changed': 'view',
  'location.removed': 'view',
  'entries.changed': 'view',
  'entry.moved': 'view',
  'tree.changed': 'view',
  'content.identified': 'view',
  'sidecars.changed': 'view',
  'watcher.degraded': 'view',
  'job.queued': 'view',
  'job.started': 'view',
  'job.progressed': 'view',
  'job.paused': 'view',
  'job.ended': 'view',
  'job.warned': 'view',
  'volume.added': 'view',
  'volume.removed': 'view',
  'volume.updated': 'view',
  'volume.speed-tested': 'view',
  'network.state-changed': 'view',
  'network.port-mapped': 'view',
  'network.port-unmapped': 'view',
  'pairing.changed': null,
  'network.grant-requested': null,
  'network.grant-changed': null,
  'device.paired': 'view',
  'device.connected': 'view',
  'device.disconnected': 'view',
  'device.updated': 'view',
  'device.job-changed': 'view',
  'device.revoked': 'view',
  'transfer.changed': 'view',
  'network.nearby-changed': null,
  'offer.changed': 'view',
  'config.changed': 'manage',
} as const satisfies Record<EventType, Access | null>

/** The subjects of queries. Each query declares its topics, and `topicsOf` says which of them an event is about. */
export const topics = [
  /**
   * Entries of folders. If an event names a folder, it concerns answers about that folder, the entries in it, and the
   * folders above it.
   */
  'tree',
  /** Totals over a library. */
  'totals',
  'sidecars',
  'jobs',
  'libraries',
  'locations',
  'volumes',
  'config',
  'network',
  'devices',
  'grants',
  'pairing',
  'offers',
  'nearby',
  'transfers',
  'members',
  /** Which other devices can be reached. */
  'reach',
  /** Entries of folders on other devices. */
  'elsewhere',
] as const
export type Topic = (typeof topics)[number]

/** The topics of each event. The event makes answers with these topics stale. */
export const topicsOf = {
  'core.started': [],
  'core.stopped': [],
  'library.created': ['libraries'],
  'library.opened': ['libraries'],
  'library.closed': ['libraries'],
  'library.updated': ['libraries'],
  'library.members-changed': ['members'],
  'library.shared': ['members'],
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
  'watcher.degraded': [],
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
  'network.state-changed': ['network', 'devices', 'reach', 'elsewhere'],
  'network.port-mapped': ['network'],
  'network.port-unmapped': ['network'],
  'pairing.changed': ['pairing'],
  'network.grant-requested': ['grants'],
  'network.grant-changed': ['grants'],
  'device.paired': ['devices'],
  'device.connected': ['devices', 'reach', 'elsewhere'],
  'device.disconnected': ['devices', 'reach', 'elsewhere'],
  'device.updated': ['devices'],
  'device.job-changed': ['jobs'],
  'device.revoked': ['devices'],
  'transfer.changed': ['transfers'],
  'network.nearby-changed': ['nearby'],
  'offer.changed': ['offers'],
  'config.changed': ['config'],
} as const satisfies Record<EventType, readonly Topic[]>

/**
 * An event. `seq` increases by one, counted from the start of the process. `libraryId` is null for events of the whole
 * engine.
 */
export type Event = {
  [T in EventType]: { type: T; data: EventData<T>; seq: number; at: string; libraryId: LibraryId | null }
}[EventType]
