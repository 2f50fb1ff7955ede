import type { Entry } from '../domain/index.ts'
import { contentUuid, detectFromExtension } from '../content/index.ts'
import { rowToEntry } from '../files/index.ts'
import { displayName, joinName } from '../util/file-name.ts'
import { ALLOCATED, birthtimeOf, FIELDS, KIND, MTIME, SIZE } from './worker/listing.ts'
import type { BrowsedEntries } from './worker/requests.ts'

/** Entries that were looked at on the disk, as everybody sees entries; in the same order. */
export function browsedToEntries(browsed: BrowsedEntries): Entry[] {
  const { contents, folders, hiddenBy, names, numbers, uuids } = browsed
  const ids = hexOf(uuids)
  const entries: Entry[] = []
  for (const { count, dir } of folders) {
    for (const end = entries.length + count; entries.length < end;) {
      const i = entries.length
      const at = i * FIELDS
      const name = names[i]!
      const kind = numbers[at + KIND]!
      const content = contents.get(i)
      const entry = rowToEntry(
        [
          ids.slice(i * UUID_DIGITS, (i + 1) * UUID_DIGITS),
          name,
          kind,
          kind === FILE ? detectFromExtension(displayName(name)) : UNKNOWN,
          numbers[at + SIZE]!,
          numbers[at + ALLOCATED]!,
          numbers[at + MTIME]!,
          birthtimeOf({ numbers, at }),
          content ? hexOf(contentUuid(content)) : null,
          ...NOT_KNOWN,
        ],
        joinName(dir, name),
      )
      const rule = hiddenBy.get(i)
      entries.push(rule === undefined ? entry : { ...entry, hiddenBy: rule })
    }
  }
  return entries
}

/** MIME type, and what is counted below a folder. */
const NOT_KNOWN = [null, null, null, null] as const
const UUID_DIGITS = 32
/** Index of 'file' in `entryKinds`. */
const FILE = 0
/** Index of 'unknown' in `fileTypes`. */
const UNKNOWN = 0

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
