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
  /** False if its volume is offline; the data are then from the index. */
  online: z.boolean(),
  /**
   * Such as `2024-05-01T12:20:30`: the local time where the picture was taken; if only the file has a date, the local
   * time of this machine.
   */
  takenAt: z.string(),
  /** The source of the time: the picture's metadata, or the file's last change. */
  takenFrom: z.enum(['metadata', 'file']),
})
export type MediaItem = z.infer<typeof MediaItem>

/** Set if no camera has the wanted name: cameras with similar names. */
export const SimilarCameras = z.array(z.string()).optional()

/**
 * The number of photos and videos by month, newest first. Hidden files, and the videos of Live Photos, are not
 * counted.
 */
export const MediaTimeline = z.object({
  total: z.number(),
  months: z.array(
    z.object({
      /** Such as `2024-05`. */
      month: z.string(),
      count: z.number(),
      /** How many of them have only the date of the file. */
      fromFile: z.number(),
    }),
  ),
  /** The same for each day, newest first. */
  days: z.array(
    z.object({
      /** Such as `2024-05-17`. */
      day: z.string(),
      count: z.number(),
      fromFile: z.number(),
    }),
  ),
  /** How many dates come from each source. */
  basis: z.object({ metadata: z.number(), file: z.number() }),
  suggestions: SimilarCameras,
})
export type MediaTimeline = z.infer<typeof MediaTimeline>

/** The number of photos and videos by camera and by place. */
export const MediaFacets = z.object({
  /** The cameras with the most photos, in descending order. */
  cameras: z.array(z.object({ camera: z.string(), count: z.number() })),
  /** Number of photos that state where they were taken. */
  located: z.number(),
  /** The cells of a grid that contain photos, those with the most photos first; positions are in degrees. */
  places: z.array(
    z.object({
      /** The mean position of the photos. */
      latitude: z.number(),
      longitude: z.number(),
      count: z.number(),
      south: z.number(),
      west: z.number(),
      north: z.number(),
      east: z.number(),
    }),
  ),
  /** Whether there are more cameras or places than are listed. */
  truncated: z.boolean(),
})
export type MediaFacets = z.infer<typeof MediaFacets>
