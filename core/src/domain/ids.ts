import { z } from 'zod'

/**
 * Ids in requests and replies are UUIDv7 strings (content ids are UUIDv5); the database stores them as 16-byte blobs.
 */
/** `list`: the operation that lists these ids. */
function idOf(noun: string, list: string) {
  return z.uuid({ error: ({ code }) => (code === 'invalid_format' ? wantedId(noun, list) : undefined) })
}

/** What a request must have instead of something that is no id; the name of the field is before it. */
export function wantedId(noun: string, list: string): string {
  return `must be the whole id of ${noun}, such as 0199a4c2-5b1e-7d03-8f6a-2c9e41b7d850; ${list} lists the ids`
}

export const LibraryId = idOf('a library', 'libraries.list').brand<'LibraryId'>()
export type LibraryId = z.infer<typeof LibraryId>

export const LocationId = idOf('a location', 'locations.list').brand<'LocationId'>()
export type LocationId = z.infer<typeof LocationId>

export const EntryId = idOf('an entry', 'files.list').brand<'EntryId'>()
export type EntryId = z.infer<typeof EntryId>

export const ContentId = idOf('a content', 'files.info').brand<'ContentId'>()
export type ContentId = z.infer<typeof ContentId>

export const VolumeId = idOf('a volume', 'volumes.list').brand<'VolumeId'>()
export type VolumeId = z.infer<typeof VolumeId>

export const DeviceId = idOf('a device', 'devices.list').brand<'DeviceId'>()
export type DeviceId = z.infer<typeof DeviceId>

export const JobId = idOf('a job', 'jobs.list').brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

/** The identity of a device on the network: its Ed25519 public key, 64 lower-case hex digits. */
export const PeerKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'PeerKey'>()
export type PeerKey = z.infer<typeof PeerKey>
