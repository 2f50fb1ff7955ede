import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Entry, entryKindNumbers, fileTypeNumbers } from '../domain/index.ts'
import { contentUuid, detectFromExtension } from '../content/index.ts'
import { type FolderListing, rowToEntry } from '../entries/index.ts'
import { displayName, joinName, type RawName } from '../util/file-name.ts'
import { ALLOCATED, birthtimeOf, FIELDS, KIND, MTIME, SIZE } from './thread/listing.ts'
import { nameAt } from './thread/packed-names.ts'
import type { BrowsedEntries } from './thread/requests.ts'

/** Some milliseconds' worth of them. */
const ENTRIES_PER_TURN = 1_000

/** Entries that were looked at on the disk, as everybody sees entries; in the same order. Others get their turn in between. */
export async function browsedToEntries(browsed: BrowsedEntries): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const { count, dir } of browsed.folders) {
    for (const end = entries.length + count; entries.length < end;) {
      const i = entries.length
      if (i > 0 && i % ENTRIES_PER_TURN === 0) await nextTurn()
      entries.push(entryAt(browsed, i, dir))
    }
  }
  return entries
}

/** One folder that was listed. Entry objects are made on request; they have no ids. */
export function folderListing(browsed: BrowsedEntries): FolderListing {
  const [{ count, dir } = { count: 0, dir: '/' }] = browsed.folders
  return {
    length: count,
    nameAt: (i) => nameAt(browsed.names, i),
    entries(offset, limit) {
      const end = Math.min(offset + limit, count)
      // An entry that is not indexed keeps this id once it is. Until then, no request can name it by its id.
      return Array.from({ length: Math.max(0, end - offset) }, (_, at) => ({
        ...entryAt(browsed, offset + at, dir),
        id: null,
      }))
    },
  }
}

function entryAt({ contents, hiddenBy, names, numbers, rules, uuids }: BrowsedEntries, i: number, dir: RawName): Entry {
  const at = i * FIELDS
  const name = nameAt(names, i)
  const kind = numbers[at + KIND]!
  const content = contents.get(i)
  const entry = rowToEntry(
    [
      hexOf(uuids.subarray(i * UUID_BYTES, (i + 1) * UUID_BYTES)),
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
  const rule = hiddenBy[i]!
  return rule === 0 ? entry : { ...entry, hiddenBy: rules[rule - 1]! }
}

/** MIME type, and the counts below a folder. */
const NOT_KNOWN = [null, null, null, null] as const
const UUID_BYTES = 16
const FILE = entryKindNumbers.file
const UNKNOWN = fileTypeNumbers.unknown

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
