import { z } from 'zod'
import { DeviceId } from './ids.ts'
import { Timestamp } from './time.ts'

/**
 * The state of a transfer. An active transfer is `waiting` for a device to connect, `preparing` the list of files, or
 * `running`. A `paused` transfer continues when it is resumed. In all other states, it has ended.
 */
export const transferStates = ['waiting', 'preparing', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const
export type TransferState = (typeof transferStates)[number]

/** Files on their way between this device and another. */
export const Transfer = z.object({
  id: z.string(),
  /** `in` for a transfer to this device, `out` for one from it. */
  direction: z.enum(['in', 'out']),
  /** The device that sends or receives the files; the first one if there are several. */
  device: z.object({ id: DeviceId, name: z.string() }),
  title: z.string(),
  state: z.enum(transferStates),
  /** Totals are null until they are known. */
  files: z.object({ done: z.number(), total: z.number().nullable() }),
  bytes: z.object({ done: z.number(), total: z.number().nullable() }),
  /** Bytes per second; null if the transfer is not running. */
  rate: z.number().nullable(),
  etaMs: z.number().nullable(),
  /** `tcp`: over a separate connection. `stream`: over the devices' link, which is slower. Null: not known yet. */
  via: z.enum(['tcp', 'stream']).nullable(),
  /** The target folder; null for a transfer from this device. */
  folder: z.string().nullable(),
  /** Number of files and folders that the sender left out: links, unreadable files, and its own data folder. */
  leftOut: z.number(),
  failed: z.number(),
  /** The first failures. They include devices that sent a wrong content, which are not counted in `failed`. */
  failures: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  /** Notes for the user about received files, such as the first names that had to be changed. */
  notes: z.array(z.object({ path: z.string(), message: z.string() })),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  createdAt: Timestamp,
  endedAt: Timestamp.nullable(),
})
export type Transfer = z.infer<typeof Transfer>
