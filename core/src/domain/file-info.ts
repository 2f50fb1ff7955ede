import { z } from 'zod'
import { Entry } from './entry.ts'
import { Rule } from './rules.ts'
import { Sidecar } from './sidecar.ts'

/** Everything known about one file or folder. */
export const FileInfo = Entry.extend({
  /** The first 16 hex digits of the content's hash. */
  contentHash: z.string().nullable(),
  /** BLAKE3 of the whole file, if it was computed. */
  integrityHash: z.string().nullable(),
  copies: z.array(
    z.object({ path: z.string(), device: z.string(), volume: z.string().nullable(), online: z.boolean() }),
  ),
  /** The sidecars of the content. */
  sidecars: z.array(Sidecar),
  /** The metadata in the file: camera, size, place; artist, album, length. */
  metadata: z.record(z.string(), z.unknown()).nullable(),
  /** The rule that excludes the file from the index; empty if there is none. */
  rules: z.array(Rule),
  /** The type of the content, if it conflicts with the name. */
  looksLike: z.string().nullable(),
  /** The recorded events of the file, newest first. */
  history: z.array(
    z.object({
      /** Time in ISO 8601. For `taken`, without a zone if the camera did not record it. */
      at: z.string(),
      /**
       * `indexed`: seen for the first time; `examined`: type and metadata were read; `made`, `failed`: sidecars were
       * made, or could not be.
       */
      what: z.enum(['taken', 'created', 'modified', 'indexed', 'examined', 'made', 'failed']),
      detail: z.string().nullable(),
    }),
  ),
  online: z.boolean(),
})
export type FileInfo = z.infer<typeof FileInfo>
