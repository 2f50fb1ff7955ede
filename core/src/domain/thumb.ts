import { z } from 'zod'
import { SidecarError } from './sidecar.ts'
import { sidecarStates } from './stored-lists.ts'

/** The thumbnails of a content: at first a hash, then pictures in some sizes. */
export const Thumb = z.object({
  /** Thumbhash, base64: some 25 bytes that describe a blurred picture; null until it is generated. */
  hash: z.string().nullable(),
  /** Pixels of the upright original; null if not known. */
  width: z.number().nullable(),
  height: z.number().nullable(),
  /** Milliseconds of a video; null for pictures, and if not known. */
  durationMs: z.number().nullable(),
  /** The main colour, as `#rrggbb`. */
  color: z.string().nullable(),
  /** The variants that are ready, as `grid@2x`; their files are `<variant>.webp`. */
  ready: z.array(z.string()),
  /** Changes when one of those files changes; empty if there is none. */
  version: z.string(),
  /** `ready`: at least one variant; `none`: nothing is there and nothing is pending. */
  state: z.enum([...sidecarStates, 'none']),
  /** Why the thumbnails could not be generated. */
  error: SidecarError.nullable(),
})
export type Thumb = z.infer<typeof Thumb>
