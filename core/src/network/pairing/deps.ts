import type { PairingStatus } from '../../domain/index.ts'
import type { Logger } from '../../util/logger.ts'
import type { Transport } from '../transport/transport.ts'
import { DeviceCard, MAX_ADDRESSES, MAX_NAME } from '../registry/device-card.ts'
import type { PairingLimits } from './limits.ts'

/** This device, as it shows itself to another one. */
export interface PairingSelf {
  readonly card: DeviceCard
  /** Ed25519 by the long-term key; 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** A device that has proved itself, and that both persons want. */
export interface NewPairedDevice {
  readonly card: DeviceCard
  /** 32 bytes that only these two devices have: they find each other by it. */
  readonly discoverySecret: Uint8Array
}

/** How it ended well. */
export interface Paired {
  readonly device: DeviceCard
  /** False: this side has stored the other, which did not say that it has, too. */
  readonly isAcknowledged: boolean
}

/** Where a code is announced and found: the local network, a rendezvous. */
export interface PairingDiscovery {
  /** Lets whoever has the secret find these addresses, until it is disposed. */
  announceCode(secret: Uint8Array, addresses: () => readonly string[]): Disposable
  /** Asks around until it is disposed; called with addresses, again whenever they are heard of. */
  findCode(secret: Uint8Array, onFound: (addresses: readonly string[]) => void): Disposable
}

export interface PairingDeps {
  /** An endpoint of its own with the key of this seed that answers `spacedrive/pairing/1` only. */
  readonly openTransport: (seed: Uint8Array) => Promise<Transport>
  readonly self: () => PairingSelf
  /** Keeps the device for good. A device of the same id is replaced. */
  readonly store: (device: NewPairedDevice) => Promise<void>
  /** Takes back what `store` did a moment ago. */
  readonly forget: (card: DeviceCard) => Promise<void>
  /** Null: nothing is looked for anywhere. */
  readonly discovery: () => PairingDiscovery | null
  /** The relay this device uses; null: none. */
  readonly relay: () => string | null
  readonly changed: (status: PairingStatus) => void
  readonly randomBytes: (count: number) => Uint8Array
  readonly now: () => number
  readonly log: Logger
  readonly limits: PairingLimits
}

/** This device as the messages take it. */
export function describeSelf({ card }: PairingSelf): DeviceCard {
  return DeviceCard.parse({
    ...card,
    name: card.name.slice(0, MAX_NAME).toWellFormed(),
    addresses: card.addresses.slice(0, MAX_ADDRESSES),
  })
}

/** Whether it is this device itself, or one that shares its identity. */
export function isSelf(self: PairingSelf, { id, key }: DeviceCard): boolean {
  return id === self.card.id || key === self.card.key
}
