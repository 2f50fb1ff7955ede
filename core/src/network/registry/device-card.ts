import { z } from 'zod'
import { DeviceId, PeerKey } from '../../domain/index.ts'

/** Longest name of a device, in UTF-16 units; `device rename` has the same limit. */
export const MAX_NAME = 64
/** Maximum number of addresses that are stored for one device, or told to it; a laptop with containers has a dozen. */
export const MAX_ADDRESSES = 16
/** Longest `[address%zone]:port`. */
const MAX_ADDRESS = 100
const MAX_RELAY = 2_000
const MAX_CAPABILITIES = 64
const MAX_WORD = 64

const Capabilities = z
  .record(z.string().max(MAX_WORD), z.boolean())
  .refine((of) => Object.keys(of).length <= MAX_CAPABILITIES, `more than ${MAX_CAPABILITIES} capabilities`)

/** The facts that a device tells about itself each time it connects. */
export const DeviceDetails = z.object({
  id: DeviceId,
  name: z.string().trim().min(1).max(MAX_NAME),
  /** Platform, such as `linux`, `darwin`, `win32`. */
  os: z.string().max(MAX_WORD),
  capabilities: Capabilities,
})
export type DeviceDetails = z.infer<typeof DeviceDetails>

export const Addresses = z.array(z.string().max(MAX_ADDRESS)).max(MAX_ADDRESSES)

/** The addresses and the relay at which a device says that it can be reached. */
export const Whereabouts = z.object({
  addresses: Addresses,
  relay: z.string().max(MAX_RELAY).nullable(),
})
export type Whereabouts = z.infer<typeof Whereabouts>

/** All facts that another device needs to pair with this one. */
export const DeviceCard = DeviceDetails.extend({ key: PeerKey, ...Whereabouts.shape })
export type DeviceCard = z.infer<typeof DeviceCard>
