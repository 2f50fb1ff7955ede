import { z } from 'zod'
import { LocationId } from '../domain/ids.ts'
import { IndexMode } from '../domain/location.ts'

/** The input of an index run. */
export const IndexInput = z.object({
  locationId: LocationId,
  /**
   * A folder in the location; by default the location itself. A path that is not valid text is written as `base64:…`.
   */
  path: z.string().nullable().default(null),
  scope: z.enum(['current', 'recursive']).default('recursive'),
  /** The mode of this run; by default the mode of the location. */
  mode: IndexMode.nullable().default(null),
  /** Trust the disk even if the root was replaced or emptied. */
  force: z.boolean().default(false),
  /** Begin with a quick pass that reads only folders whose own times changed. A daemon does this when it starts. */
  quickFirst: z.boolean().default(false),
  /** Compares every row and trusts no fingerprint, because a person asked for a rescan. */
  everyRow: z.boolean().default(false),
  /** The reason for the run. A running job with another reason is not reused, because it may have begun too early. */
  reason: z.string().default('asked'),
})
export type IndexInput = z.output<typeof IndexInput>
