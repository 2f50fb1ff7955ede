import { z } from 'zod'
import { SidecarError } from './sidecar.ts'
import { sidecarStates } from './stored-lists.ts'

/** The thumbnails of a content: at first a hash, then pictures in some sizes. */
export const Thumb = z.object({
  /** A thumbhash in base64: some 25 bytes that describe a blurred picture. Null until it is generated. */
  hash: z.string().nullable(),
  /** Width of the upright original in pixels; null if not known. */
  width: z.number().nullable(),
  height: z.number().nullable(),
  /** Length of a video in milliseconds; null for pictures, and if it is not known. */
  durationMs: z.number().nullable(),
  /** The main colour, as `#rrggbb`. */
  color: z.string().nullable(),
  /** The ready variants, such as `grid@2x`. Their files are `<variant>.webp`. */
  ready: z.array(z.string()),
  /** Changes when one of these files changes; empty if there are none. */
  version: z.string(),
  /** `ready`: at least one variant is ready. `none`: no thumbnail exists or is pending. */
  state: z.enum([...sidecarStates, 'none']),
  /** Why the thumbnails could not be generated. */
  error: SidecarError.nullable(),
})
export type Thumb = z.infer<typeof Thumb>
