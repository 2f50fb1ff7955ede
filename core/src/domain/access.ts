import { z } from 'zod'
import { Timestamp } from './time.ts'

/**
 * What whoever asks from another machine, or with an API key, may be allowed: to look at the index and to download files;
 * to change locations and jobs; to send files to paired devices and to receive them; to reach files that are in no
 * location, and to add locations. Everyone may look.
 */
export const accessNames = ['view', 'manage', 'transfer', 'disk'] as const
export const Access = z.enum(accessNames)
export type Access = z.infer<typeof Access>

/** `all`: the user of this machine. */
export type Rights = 'all' | readonly Access[]

/** A browser, or a program with an API key, that is let in. */
export const AccessSession = z.object({
  id: z.string(),
  /** `page`: a browser of this machine; `remote`: one of another machine; `key`: a program. */
  kind: z.enum(['page', 'remote', 'key']),
  /** What the browser says that it is, or the name of the key. */
  name: z.string(),
  /** Null: everything. */
  allow: z.array(Access).nullable(),
  createdAt: Timestamp,
  usedAt: Timestamp.nullable(),
  expiresAt: Timestamp,
})
export type AccessSession = z.infer<typeof AccessSession>

export const accessEvents = [
  'signed-in',
  'session-ended',
  'refused',
  'key-made',
  'exposed',
  'hidden',
  'paired',
  'unpaired',
  'granted',
] as const

/** Something that changed who is let in, or an attempt that was refused. */
export const AccessRecord = z.object({
  at: Timestamp,
  what: z.enum(accessEvents),
  /** An address, a browser or a device. */
  from: z.string(),
  detail: z.string(),
})
export type AccessRecord = z.infer<typeof AccessRecord>
