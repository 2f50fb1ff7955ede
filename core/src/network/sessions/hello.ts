import { z } from 'zod'
import { DeviceDetails, Whereabouts } from '../registry/device-card.ts'

/** Version of the protocol by which two devices greet each other and keep a connection alive. */
export const CONTROL_VERSION = 1
/** Name of the control stream, which is used for that, in the first message of the stream. */
export const CONTROL = 'control'

const MAX_WORD = 64
const MAX_PROTOCOLS = 64

/** The first message of each side on the control stream. */
export const Hello = z.object({
  /** The version of Spacedrive, such as `0.1.0`. */
  version: z.string().max(MAX_WORD),
  /** A random number for each start of networking. If it differs, the device has been restarted. */
  boot: z.string().regex(/^[0-9a-f]{16}$/),
  device: DeviceDetails,
  whereabouts: Whereabouts,
  /** The time of the device's clock, in milliseconds since 1970. */
  clock: z.number(),
  /** The protocols that the device serves, with their versions. */
  protocols: z
    .record(z.string().max(MAX_WORD), z.int().min(0))
    .refine((of) => Object.keys(of).length <= MAX_PROTOCOLS, `more than ${MAX_PROTOCOLS} protocols`),
})
export type Hello = z.infer<typeof Hello>

/** The later messages on the control stream. A pong repeats the number of its ping. */
export const ControlMessage = z.union([z.object({ ping: z.int().min(0) }), z.object({ pong: z.int().min(0) })])
export type ControlMessage = z.infer<typeof ControlMessage>
