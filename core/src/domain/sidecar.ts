import { z } from 'zod'
import { ContentId } from './ids.ts'
import { sidecarKinds, sidecarStates } from './stored-lists.ts'
import { Timestamp } from './time.ts'

export const SidecarKind = z.enum(sidecarKinds)
export type SidecarKind = z.infer<typeof SidecarKind>

export const SidecarState = z.enum(sidecarStates)
export type SidecarState = z.infer<typeof SidecarState>

export const SidecarError = z.object({ code: z.string(), message: z.string() })

/** One thing derived from a content. */
export const Sidecar = z.object({
  kind: SidecarKind,
  variant: z.string(),
  format: z.string(),
  state: SidecarState,
  /** Bytes; null until it is ready. */
  size: z.number().nullable(),
  /** BLAKE3 of the file, in hexadecimal; null until it is ready. */
  checksum: z.string().nullable(),
  engine: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** Version of the way it was made. */
  recipe: z.number(),
  path: z.string().nullable(),
  source: z.enum(['managed', 'reference']),
  attempts: z.number(),
  error: SidecarError.nullable(),
  createdAt: Timestamp,
})
export type Sidecar = z.infer<typeof Sidecar>

/** One that is not there yet, or could not be made. */
export const PendingSidecar = Sidecar.pick({
  kind: true,
  variant: true,
  state: true,
  attempts: true,
  error: true,
}).extend({
  contentId: ContentId,
  /** Of one file that has the content. */
  path: z.string().nullable(),
  /** Always null: what has failed is made again when somebody asks, the file has changed or its engine is another. */
  nextAttemptAt: Timestamp.nullable(),
})
export type PendingSidecar = z.infer<typeof PendingSidecar>

/** What keeps what waits: room on the disk, the power, the machine's work, the room sidecars may take, what they are made with. */
export const holdCauses = ['disk', 'battery', 'busy', 'quota', 'engine'] as const
export type HoldCause = (typeof holdCauses)[number]
