import { z } from 'zod'

/**
 * Ids in requests and replies are UUIDv7 strings (content ids are UUIDv5); the database stores them as 16-byte blobs.
 */
export const LibraryId = z.uuid().brand<'LibraryId'>()
export type LibraryId = z.infer<typeof LibraryId>

export const LocationId = z.uuid().brand<'LocationId'>()
export type LocationId = z.infer<typeof LocationId>

export const EntryId = z.uuid().brand<'EntryId'>()
export type EntryId = z.infer<typeof EntryId>

export const ContentId = z.uuid().brand<'ContentId'>()
export type ContentId = z.infer<typeof ContentId>

export const VolumeId = z.uuid().brand<'VolumeId'>()
export type VolumeId = z.infer<typeof VolumeId>

export const DeviceId = z.uuid().brand<'DeviceId'>()
export type DeviceId = z.infer<typeof DeviceId>

export const JobId = z.uuid().brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

/** The identity of a device on the network: its Ed25519 public key, 64 lower-case hex digits. */
export const PeerKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'PeerKey'>()
export type PeerKey = z.infer<typeof PeerKey>
