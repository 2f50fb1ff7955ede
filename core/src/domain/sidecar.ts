import { z } from 'zod'
import { ContentId } from './ids.ts'
import { sidecarKinds, sidecarStates } from './stored-lists.ts'
import { Timestamp } from './time.ts'

export const SidecarKind = z.enum(sidecarKinds)
export type SidecarKind = z.infer<typeof SidecarKind>

export const SidecarState = z.enum(sidecarStates)
export type SidecarState = z.infer<typeof SidecarState>

export const SidecarError = z.object({ code: z.string(), message: z.string() })

/** A sidecar of a content. */
export const Sidecar = z.object({
  kind: SidecarKind,
  variant: z.string(),
  format: z.string(),
  state: SidecarState,
  /** Size in bytes; null until the sidecar is ready. */
  size: z.number().nullable(),
  /** BLAKE3 of the file, in hexadecimal; null until the sidecar is ready. */
  checksum: z.string().nullable(),
  engine: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** Version of the recipe by which it was generated. */
  recipe: z.number(),
  /**
   * Path of the file; null until there is one. A pending text has a file if its first pages were read, or if it is
   * being regenerated.
   */
  path: z.string().nullable(),
  source: z.enum(['managed', 'reference']),
  attempts: z.number(),
  error: SidecarError.nullable(),
  /** A remark about a ready sidecar, for example: a page of a scan is in none of the installed languages. */
  note: z.string().nullable(),
  createdAt: Timestamp,
})
export type Sidecar = z.infer<typeof Sidecar>

/** A sidecar that is pending, or could not be generated. */
export const PendingSidecar = Sidecar.pick({
  kind: true,
  variant: true,
  state: true,
  attempts: true,
  error: true,
}).extend({
  contentId: ContentId,
  /** Path of one file with the content. */
  path: z.string().nullable(),
  /** Always null: a failed sidecar is retried only when the user asks, or when the file or the engine has changed. */
  nextAttemptAt: Timestamp.nullable(),
})
export type PendingSidecar = z.infer<typeof PendingSidecar>

/** The reason why sidecars are pending: disk space, power, a busy machine, the quota, or a missing engine. */
export const holdCauses = ['disk', 'battery', 'busy', 'quota', 'engine'] as const
export type HoldCause = (typeof holdCauses)[number]
