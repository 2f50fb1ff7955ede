import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Entry, entryKindNumbers, fileTypeNumbers } from '../domain/index.ts'
import { contentUuid, detectFromExtension } from '../content/index.ts'
import { type FolderListing, rowToEntry } from '../entries/index.ts'
import { displayName, joinName, type RawName } from '../util/file-name.ts'
import { ALLOCATED, birthtimeOf, FIELDS, KIND, MTIME, SIZE } from './thread/listing.ts'
import { nameAt } from './thread/packed-names.ts'
import type { BrowsedEntries } from './thread/requests.ts'

/** Entries that are converted before other work gets its turn; they take some milliseconds. */
const ENTRIES_PER_TURN = 1_000

/** Converts browsed entries to the entries of an answer, in the same order. */
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

/** A listing of one folder. Entry objects are created on request; their `id` is null. */
export function folderListing(browsed: BrowsedEntries): FolderListing {
  const [{ count, dir } = { count: 0, dir: '/' }] = browsed.folders
  return {
    length: count,
    nameAt: (i) => nameAt(browsed.names, i),
    entries(offset, limit) {
      const end = Math.min(offset + limit, count)
      // Requests find entries by id only in the index, and this entry may not be in it. So no id is shown.
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
