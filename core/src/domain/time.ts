import { z } from 'zod'

/** ISO 8601 in UTC. */
export const Timestamp = z.iso.datetime()
export type Timestamp = z.infer<typeof Timestamp>
