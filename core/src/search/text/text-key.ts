import type { SidecarKind } from '../../domain/sidecar.ts'
import { sidecarKindNumbers, sidecarKindByNumber } from '../../domain/stored-lists.ts'

/**
 * Number of keys for the texts of one content. Triggers and queries of the database contain this number as 16, and as
 * 4 bits.
 */
const KEYS_PER_CONTENT = 16
if (sidecarKindByNumber.length > KEYS_PER_CONTENT) throw new Error('the keys of texts have no room for so many kinds')

/** The row id of a text in the text index. */
export function textKey(contentRowId: number, kind: SidecarKind): number {
  return contentRowId * KEYS_PER_CONTENT + sidecarKindNumbers[kind]
}

export function contentOfKey(key: number): number {
  return Math.floor(key / KEYS_PER_CONTENT)
}

export function kindOfKey(key: number): SidecarKind {
  return sidecarKindByNumber[key % KEYS_PER_CONTENT]!
}
