import { z } from 'zod'
import { DeviceDetails, Whereabouts } from '../registry/device-card.ts'

/** Version of how two devices greet each other and keep a connection alive. */
export const CONTROL_VERSION = 1
/** Name of the stream on which they do, as the first message of any stream has it. */
export const CONTROL = 'control'

const MAX_WORD = 64
const MAX_PROTOCOLS = 64

/** The first message of each side on the control stream. */
export const Hello = z.object({
  /** Of Spacedrive there: `0.1.0`. */
  version: z.string().max(MAX_WORD),
  /** Drawn at each start of networking: another one of the same device was started anew. */
  boot: z.string().regex(/^[0-9a-f]{16}$/),
  device: DeviceDetails,
  whereabouts: Whereabouts,
  /** Its clock, in milliseconds since 1970. */
  clock: z.number(),
  /** What it serves, with the versions. */
  protocols: z
    .record(z.string().max(MAX_WORD), z.int().min(0))
    .refine((of) => Object.keys(of).length <= MAX_PROTOCOLS, `more than ${MAX_PROTOCOLS} protocols`),
})
export type Hello = z.infer<typeof Hello>

/** What follows on the control stream. `n` comes back as it was sent. */
export const ControlMessage = z.union([z.object({ ping: z.int().min(0) }), z.object({ pong: z.int().min(0) })])
export type ControlMessage = z.infer<typeof ControlMessage>
