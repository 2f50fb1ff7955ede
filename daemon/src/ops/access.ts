import { Access, Timestamp } from '@spacedrive/core/domain'
import { z } from 'zod'

/** A browser with access, or a program with an API key. */
export const AccessSession = z.object({
  id: z.string(),
  /** `page`: a browser on this machine; `remote`: a browser on another machine; `key`: a program. */
  kind: z.enum(['page', 'remote', 'key']),
  /** The browser's name for itself, or the name of the key. */
  name: z.string(),
  /** Null: all rights. */
  allow: z.array(Access).nullable(),
  createdAt: Timestamp,
  usedAt: Timestamp.nullable(),
  expiresAt: Timestamp,
})
export type AccessSession = z.infer<typeof AccessSession>

const accessEvents = [
  'signed-in',
  'session-ended',
  'refused',
  'key-made',
  'exposed',
  'hidden',
  'paired',
  'unpaired',
  'granted',
  'port-mapped',
  'port-unmapped',
] as const

/** A change of access rights, or a refused attempt. */
export const AccessRecord = z.object({
  at: Timestamp,
  what: z.enum(accessEvents),
  /** An address, a browser or a device. */
  from: z.string(),
  detail: z.string(),
})
export type AccessRecord = z.infer<typeof AccessRecord>
