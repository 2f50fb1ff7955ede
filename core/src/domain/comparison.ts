import { z } from 'zod'

const OneSided = z.object({
  path: z.string(),
  pathBase64: z.string().optional(),
  /** Size in bytes; 0 for anything but a file. */
  size: z.number(),
})

const Pair = z.object({
  left: z.string(),
  leftBase64: z.string().optional(),
  right: z.string(),
  rightBase64: z.string().optional(),
})

/**
 * The differences between two folders, by name and content. All paths are absolute. A folder is listed only if it is
 * empty; otherwise, the files in it are.
 */
export const Comparison = z.object({
  left: z.string(),
  right: z.string(),
  onlyLeft: z.array(OneSided),
  onlyRight: z.array(OneSided),
  /** Both have the name, but not the content. */
  different: z.array(Pair),
  /** A file of the same content has another path on the other side. */
  moved: z.array(Pair),
  /** Number of files and links that are equal. */
  same: z.number(),
  /** The whole numbers, also if the lists were cut at the limit. */
  counts: z.object({
    onlyLeft: z.number(),
    onlyRight: z.number(),
    different: z.number(),
    moved: z.number(),
  }),
  /** Files and folders that could not be compared. They are in no list. */
  failures: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
})
export type Comparison = z.output<typeof Comparison>
