import { z } from 'zod'
import { Entry } from './entry.ts'
import { LocationId } from './ids.ts'

export const mediaTypes = ['image', 'video'] as const
export const MediaType = z.enum(mediaTypes)
export type MediaType = z.infer<typeof MediaType>

/** A photo or a film, and when it was taken. */
export const MediaItem = Entry.extend({
  /** The innermost location it is in. */
  location: z.object({ id: LocationId, name: z.string() }).nullable(),
  /** False where its volume is unplugged: this is what the index remembers. */
  online: z.boolean(),
  /** `2024-05-01T12:20:30`: what the clock showed where it was taken, or where this runs if only the file tells. */
  takenAt: z.string(),
  /** What says so: the picture itself, or when the file was changed last. */
  takenFrom: z.enum(['metadata', 'file']),
})
export type MediaItem = z.infer<typeof MediaItem>

/** How many there are, by month, the newest first. Hidden files are none of them, and not the videos of Live Photos. */
export const MediaTimeline = z.object({
  total: z.number(),
  months: z.array(
    z.object({
      /** `2024-05` */
      month: z.string(),
      count: z.number(),
      /** Of which the file alone tells the date. */
      fromFile: z.number(),
    }),
  ),
  /** How many dates come from where. */
  basis: z.object({ metadata: z.number(), file: z.number() }),
})
export type MediaTimeline = z.infer<typeof MediaTimeline>
