import type { SidecarKind } from '../../domain/sidecar.ts'
import { sidecarKinds } from '../../domain/stored-lists.ts'

/** The kinds whose `default.json` holds text. */
export const TEXT_KINDS: readonly SidecarKind[] = ['ocr', 'transcript', 'text']

/** Room for the kinds of one content's texts; triggers and queries of the database have it as 16 and as 4 bits. */
const KEYS_PER_CONTENT = 16
if (sidecarKinds.length > KEYS_PER_CONTENT) throw new Error('the keys of texts have no room for so many kinds')

/** The row of a text in the index of texts. */
export function textKey(contentRowId: number, kind: SidecarKind): number {
  return contentRowId * KEYS_PER_CONTENT + sidecarKinds.indexOf(kind)
}

export function contentOfKey(key: number): number {
  return Math.floor(key / KEYS_PER_CONTENT)
}

export function kindOfKey(key: number): SidecarKind {
  return sidecarKinds[key % KEYS_PER_CONTENT]!
}
