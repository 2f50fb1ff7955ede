import { z } from 'zod'
import { ContentId, DeviceId, PeerKey } from './ids.ts'
import { Timestamp } from './time.ts'

/** How a paired device is connected: directly, or through a relay that sees only keys and amounts of data. */
export const pathKinds = ['direct', 'relay'] as const
export type PathKind = (typeof pathKinds)[number]

/**
 * The state of another device. `discovered`: seen on the local network. `pairing`: pairing is under way. `paired`:
 * paired, and no connection was tried yet. `connected`, `disconnected`: reachable or not reachable now. `blocked`: the
 * user has blocked it, so it cannot connect.
 */
export const peerStates = ['discovered', 'pairing', 'paired', 'connected', 'disconnected', 'blocked'] as const
export const PeerState = z.enum(peerStates)
export type PeerState = z.infer<typeof PeerState>

/** Another device, with the facts that this device knows. */
export const NetworkDevice = z.object({
  id: DeviceId,
  name: z.string(),
  slug: z.string(),
  os: z.string(),
  state: PeerState,
  /** How it is connected; null if it is not. */
  path: z.enum(pathKinds).nullable(),
  latencyMs: z.number().nullable(),
  lastSeenAt: Timestamp.nullable(),
})
export type NetworkDevice = z.infer<typeof NetworkDevice>

/**
 * The grants that a paired device can have: browse folders, read files, offer files, fetch sidecars of shared
 * libraries.
 */
export const grantKinds = ['browse', 'read', 'send', 'sidecars'] as const
export const GrantKind = z.enum(grantKinds)
export type GrantKind = z.infer<typeof GrantKind>

const DeviceName = z.object({ id: DeviceId, name: z.string() })

/**
 * Whether a grant applies to folders: to certain folders, or to every file of the device. Other grants have no
 * folders.
 */
export function grantsFolders(what: GrantKind): boolean {
  return what === 'browse' || what === 'read'
}

/** The permission of a paired device for one kind of access, with its folders. */
export const Grant = z.object({
  device: DeviceName,
  what: GrantKind,
  allowed: z.boolean(),
  /** Whether the grant covers every file that this user can read, on every disk. */
  everything: z.boolean(),
  /**
   * The folders of the grant, which includes everything below them. A path that is not UTF-8 is written as `base64:…`.
   */
  folders: z.array(z.string()),
  /** When the device requested the grant; null if there is no open request. */
  requestedAt: Timestamp.nullable(),
  /** The requested path; null if the request named none. */
  requestedPath: z.string().nullable(),
  /** Whether an older version gave the grant for the whole disk. It then has no effect until the user confirms it. */
  wasEverything: z.boolean(),
})
export type Grant = z.infer<typeof Grant>

/** A request of a paired device for a grant. `path` is the requested path; null if the request names none. */
export const GrantRequest = z.object({ device: DeviceName, what: GrantKind, path: z.string().nullable() })
export type GrantRequest = z.infer<typeof GrantRequest>

/**
 * The state of networking on this device. `disabled`: off. `locked`: the password of the wrapped key is missing.
 * `running`: on. `failed`: it should be on but could not be started.
 */
export const networkStates = ['disabled', 'locked', 'running', 'failed'] as const
export const NetworkState = z.enum(networkStates)
export type NetworkState = z.infer<typeof NetworkState>

/**
 * The port of this device that the router forwards. `off`: the setting or networking is off. If a mapping could not be
 * removed, the router may still have it; `address` and `reason` then describe it. `asking`: the router has not
 * answered yet. `mapped`: the router forwards `address`. `failed`: it does not, for a `reason`.
 */
export const PortMapping = z.object({
  state: z.enum(['off', 'asking', 'mapped', 'failed']),
  /** The outside address with the port, such as `203.0.113.9:4433`. */
  address: z.string().nullable(),
  reason: z.string().nullable(),
})
export type PortMapping = z.infer<typeof PortMapping>

export const NetworkStatus = z.object({
  state: NetworkState,
  id: DeviceId,
  name: z.string(),
  /** The key of this device; null before it was created. */
  key: PeerKey.nullable(),
  /** Whether the key is wrapped with a password. */
  isWrapped: z.boolean(),
  /** Addresses where other devices on the network reach this one. */
  addresses: z.array(z.string()),
  relay: z.string().nullable(),
  portMapping: PortMapping,
  devices: z.object({ paired: z.number(), connected: z.number() }),
  /** Why networking could not be started. */
  error: z.string().nullable(),
})
export type NetworkStatus = z.infer<typeof NetworkStatus>

/** The devices with a file of one content. */
export const ContentPlaces = z.object({
  contentId: ContentId,
  /** The devices; this device is first. */
  devices: z.array(
    z.object({
      device: z.object({ id: DeviceId, name: z.string() }),
      isOwn: z.boolean(),
      /** Whether the device is connected. */
      online: z.boolean(),
      /**
       * The files on the device; null if it is not connected or does not answer. A path is null if that device does
       * not let this one browse.
       */
      files: z
        .array(
          z.object({
            path: z.string().nullable(),
            size: z.number(),
            /** Whether the file's volume is online. */
            online: z.boolean(),
          }),
        )
        .nullable(),
    }),
  ),
})
export type ContentPlaces = z.infer<typeof ContentPlaces>
