import { z } from 'zod'
import { SidecarError } from './sidecar.ts'
import { sidecarStates } from './stored-lists.ts'

/** What there is to show of a content in place of itself: at first a hash, then a picture in some sizes. */
export const Thumb = z.object({
  /** Thumbhash, base64: some 25 bytes that a blurred picture is drawn from; null until one was made. */
  hash: z.string().nullable(),
  /** Pixels of the original as it is looked at, turned upright; null where they are not known. */
  width: z.number().nullable(),
  height: z.number().nullable(),
  /** Milliseconds of a film; null of pictures, and where it is not known. */
  durationMs: z.number().nullable(),
  /** The colour it has most of, as `#rrggbb`. */
  color: z.string().nullable(),
  /** The variants that are there, as `grid@2x`; their files are `<variant>.webp`. */
  ready: z.array(z.string()),
  /** Changes when one of those files does; empty where there is none. */
  version: z.string(),
  /** `ready`: one at least; `none`: nothing is there and nothing waits. */
  state: z.enum([...sidecarStates, 'none']),
  /** Why there is none, where it could not be made. */
  error: SidecarError.nullable(),
})
export type Thumb = z.infer<typeof Thumb>
