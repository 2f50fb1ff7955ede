import type { Device, LibraryId } from '../domain/index.ts'
import type { EventBus } from '../events/index.ts'
import type { Logger } from '../util/logger.ts'
import type { Clock } from './clock.ts'
import type { LanChannel } from './discovery/index.ts'
import type { AdoptedLibrary } from './membership/index.ts'
import type { NetworkLibrary } from './messaging/shared-libraries.ts'
import type { PrefetchSettings } from './sidecars/index.ts'
import type { alpns, Transport } from './transport/transport.ts'

/** The settings that networking uses. */
export interface NetworkSettings {
  /** UDP port; 0 for any free one. */
  readonly port: number
  /** IP address to listen at; empty: all addresses of this machine. */
  readonly address: string
  /** URL of the relay; empty if there is none. */
  readonly relay: string
  /** URL of the server where devices leave notices for each other; empty: none. */
  readonly rendezvous: string
  /** Whether to search the local network for devices. */
  readonly discovery: boolean
  /** TCP port for files; 0 for any free one. */
  readonly bulkPort: number
  /** Limit for sent files; 0: no limit. */
  readonly maxBytesPerSecond: number
  /** What happens with files that a paired device offers: a person is asked, they are accepted, or they are refused. */
  readonly receive: 'ask' | 'trusted' | 'off'
  /** The folder for received files; empty: the user's download folder. */
  readonly receiveFolder: string
  /** Where unpaired devices may connect from: only the local network, or also the internet. */
  readonly strangers: 'local' | 'anywhere'
  /** Whether the router is asked to forward a port to this device's endpoint, for paired devices. */
  readonly portMapping: 'off' | 'on'
  /** Whether libraries that paired devices share are joined without asking. */
  readonly joinLibraries: boolean
}

export interface TransportOptions {
  /** The seed of the Ed25519 key, 32 bytes. */
  readonly seed: Uint8Array
  readonly port: number
  /** IP addresses; all addresses of the machine if omitted. */
  readonly bind?: readonly string[]
  readonly relay: string | null
  readonly alpns: readonly (typeof alpns)[keyof typeof alpns][]
  /** If set, packets from outside the local network get no answer, unless they come over the relay. */
  readonly isLocalOnly?: boolean
  readonly log: Logger
}

export type MakeTransport = (options: TransportOptions) => Promise<Transport>

export interface NetworkDeps {
  readonly dataDir: string
  /** The version of Spacedrive, such as `0.1.0`. */
  readonly version: string
  readonly device: () => Device
  readonly settings: () => NetworkSettings
  /** The settings of a library for sidecars that are fetched in advance. */
  readonly prefetch: (library: LibraryId) => PrefetchSettings
  readonly events: EventBus
  /** The open libraries. */
  readonly libraries: () => readonly NetworkLibrary[]
  /** Makes a library that another device shares, or opens the one with its id. */
  readonly adoptLibrary: (library: AdoptedLibrary) => Promise<NetworkLibrary>
  readonly log: Logger
  readonly makeTransport: MakeTransport
  /** The channel for discovery on the local network; multicast by default. */
  readonly makeLanChannel?: ((log: Logger) => LanChannel) | undefined
  readonly clock?: Clock
  /** A number from 0 to below 1, like `Math.random`. */
  readonly random?: () => number
}
