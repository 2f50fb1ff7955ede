import type { Generated } from 'kysely'

/** A sidecar that search indexes: a text, or vectors. Triggers keep these rows consistent with `sidecars`. */
export interface SearchedSidecarTable {
  sidecar_id: number
  /** A number of `sidecarKindNumbers`. */
  kind: number
  /** Equal to the column in `sidecars`. */
  checksum: Generated<Uint8Array | null>
  /** The checksum of the indexed file; null if its text or its vectors are not in the index. */
  indexed: Generated<Uint8Array | null>
}
