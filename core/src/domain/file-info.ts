import { z } from 'zod'
import { Entry } from './entry.ts'
import { Rule } from './rules.ts'
import { Sidecar } from './sidecar.ts'

/** All that is known of one file or folder. */
export const FileInfo = Entry.extend({
  /** First 16 hex digits of the content hash. */
  contentHash: z.string().nullable(),
  /** BLAKE3 of the whole file, where it has been computed. */
  integrityHash: z.string().nullable(),
  copies: z.array(
    z.object({ path: z.string(), device: z.string(), volume: z.string().nullable(), online: z.boolean() }),
  ),
  /** What was derived from the content. */
  sidecars: z.array(Sidecar),
  /** What the file says of itself: camera, size, place; artist, album, length. */
  metadata: z.record(z.string(), z.unknown()).nullable(),
  /** The rule that keeps it out of the index, where one does. */
  rules: z.array(Rule),
  /** Set where name and content disagree. */
  looksLike: z.string().nullable(),
  /** What is known to have happened to it, the last first. */
  history: z.array(
    z.object({
      /** ISO 8601; `taken` without a zone where the camera did not know it. */
      at: z.string(),
      /** `indexed`: it was seen for the first time; `examined`: its type and what it says of itself were read; `made`, `failed`: sidecars. */
      what: z.enum(['taken', 'created', 'modified', 'indexed', 'examined', 'made', 'failed']),
      detail: z.string().nullable(),
    }),
  ),
  online: z.boolean(),
})
export type FileInfo = z.infer<typeof FileInfo>
