import { z } from 'zod'
import { DeviceId } from './ids.ts'
import { Timestamp } from './time.ts'

/** Who a device is on the network: its Ed25519 public key, 64 lower-case hex digits. */
export const PeerKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'PeerKey'>()
export type PeerKey = z.infer<typeof PeerKey>

/** How a paired device is reached: straight, or through a relay that sees only who and how much. */
export const pathKinds = ['direct', 'relay'] as const
export type PathKind = (typeof pathKinds)[number]

/**
 * What is known of another device: seen on the local network; being paired; paired, and not looked for yet; connected;
 * not reachable now; or blocked, which ends its sessions and refuses new ones.
 */
export const peerStates = ['discovered', 'pairing', 'paired', 'connected', 'disconnected', 'blocked'] as const
export const PeerState = z.enum(peerStates)
export type PeerState = z.infer<typeof PeerState>

/** Another device, as this one sees it. */
export const NetworkDevice = z.object({
  id: DeviceId,
  name: z.string(),
  slug: z.string(),
  os: z.string(),
  state: PeerState,
  /** Null where it is not connected. */
  path: z.enum(pathKinds).nullable(),
  latencyMs: z.number().nullable(),
  lastSeenAt: Timestamp.nullable(),
})
export type NetworkDevice = z.infer<typeof NetworkDevice>
