import type { Device } from '../domain/index.ts'
import type { EventBus } from '../events/index.ts'
import type { Logger } from '../util/logger.ts'
import type { Clock } from './clock.ts'
import type { LanChannel } from './discovery/index.ts'
import type { AdoptedLibrary } from './membership/index.ts'
import type { NetworkLibrary } from './messaging/shared-libraries.ts'
import type { PrefetchSettings } from './sidecars/index.ts'
import type { alpns, Transport } from './transport/transport.ts'

/** What of the configuration networking takes. */
export interface NetworkSettings {
  /** UDP; 0: any. */
  readonly port: number
  /** IP address to listen at; empty: all of this machine. */
  readonly address: string
  /** URL; empty: none. */
  readonly relay: string
  /** URL of where devices leave word for each other; empty: none. */
  readonly rendezvous: string
  /** Whether devices are looked for on the local network. */
  readonly discovery: boolean
  /** TCP; 0: any. */
  readonly bulkPort: number
  /** Of files that are sent; 0: any number. */
  readonly maxBytesPerSecond: number
  /** What happens with files that a paired device offers: somebody is asked, they are taken, or refused. */
  readonly receive: 'ask' | 'trusted' | 'off'
  /** Where they come to; empty: the downloads of the person. */
  readonly receiveFolder: string
  /** Where unpaired devices may connect from: only the local network, or also the internet. */
  readonly strangers: 'local' | 'anywhere'
  /** Whether libraries that paired devices share are joined without asking. */
  readonly joinLibraries: boolean
}

export interface TransportOptions {
  /** Of the Ed25519 key, 32 bytes. */
  readonly seed: Uint8Array
  readonly port: number
  /** IP addresses; all of the machine where left out. */
  readonly bind?: readonly string[]
  readonly relay: string | null
  readonly alpns: readonly (typeof alpns)[keyof typeof alpns][]
  /** True: packets from outside the local network get no answer, unless they come over the relay. */
  readonly isLocalOnly?: boolean
  readonly log: Logger
}

/** Opens an endpoint on the network. */
export type MakeTransport = (options: TransportOptions) => Promise<Transport>

export interface NetworkDeps {
  readonly dataDir: string
  /** Of Spacedrive: `0.1.0`. */
  readonly version: string
  readonly device: () => Device
  readonly settings: () => NetworkSettings
  /** What of other devices' sidecars is fetched before anybody asks. */
  readonly prefetch: () => PrefetchSettings
  readonly events: EventBus
  /** Those that are open. */
  readonly libraries: () => readonly NetworkLibrary[]
  /** Makes a library that another device shares, or opens the one with its id. */
  readonly adoptLibrary: (library: AdoptedLibrary) => Promise<NetworkLibrary>
  readonly log: Logger
  readonly makeTransport: MakeTransport
  /** How the local network is heard; multicast by default. */
  readonly makeLanChannel?: ((log: Logger) => LanChannel) | undefined
  readonly clock?: Clock
  /** Below 1, as `Math.random`. */
  readonly random?: () => number
}
