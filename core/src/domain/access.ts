import { z } from 'zod'

/**
 * The rights of a caller other than the user of this machine. `view`: see the index and download files. `manage`:
 * change locations and jobs. `transfer`: send files to paired devices and receive files. `disk`: access files outside
 * all locations, and add locations. Every caller has `view`.
 */
export const accessNames = ['view', 'manage', 'transfer', 'disk'] as const
export const Access = z.enum(accessNames)
export type Access = z.infer<typeof Access>

/** The rights of a caller; `all` for the user of this machine. */
export type Rights = 'all' | readonly Access[]
