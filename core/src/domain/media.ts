import { z } from 'zod'
import { Entry } from './entry.ts'
import { LocationId } from './ids.ts'

export const mediaTypes = ['image', 'video'] as const
export const MediaType = z.enum(mediaTypes)
export type MediaType = z.infer<typeof MediaType>

/** A photo or video, and the time when it was taken. */
export const MediaItem = Entry.extend({
  /** The innermost location that contains the file. */
  location: z.object({ id: LocationId, name: z.string() }).nullable(),
  /** False if its volume is unplugged; the data is from the index. */
  online: z.boolean(),
  /**
   * `2024-05-01T12:20:30`: the clock time at the place of the picture, or on this machine if only the file has a date.
   */
  takenAt: z.string(),
  /** The source of the time: the picture's metadata, or the file's last change. */
  takenFrom: z.enum(['metadata', 'file']),
})
export type MediaItem = z.infer<typeof MediaItem>

/** Number of photos and videos by month, newest first. Hidden files and the videos of Live Photos are not counted. */
export const MediaTimeline = z.object({
  total: z.number(),
  months: z.array(
    z.object({
      /** `2024-05` */
      month: z.string(),
      count: z.number(),
      /** Number of those with a date from the file only. */
      fromFile: z.number(),
    }),
  ),
  /** Number of dates from each source. */
  basis: z.object({ metadata: z.number(), file: z.number() }),
})
export type MediaTimeline = z.infer<typeof MediaTimeline>
