import { z } from 'zod'

/**
 * What whoever asks from another machine, or with an API key, may be allowed: to look at the index and to download files;
 * to change locations and jobs; to send files to paired devices and to receive them. Everyone may look.
 */
export const accessNames = ['view', 'manage', 'transfer'] as const
export const Access = z.enum(accessNames)
export type Access = z.infer<typeof Access>

/** `all`: the user of this machine. */
export type Rights = 'all' | readonly Access[]
