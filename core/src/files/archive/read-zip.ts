import { isUtf8 } from 'node:buffer'
import { type Entry, fromFdPromise, getFileNameLowLevel } from 'yauzl'
import type { EntryKind } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { MemberList } from './listing.ts'

/** Lists a zip by its directory, which is at its end. Returns whether the list is complete. Throws `Corrupt`. */
export async function readZip(descriptor: number, list: MemberList): Promise<boolean> {
  try {
    // Names are only displayed here, so names that lead out of the archive are allowed.
    const zip = await fromFdPromise(descriptor, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: false,
    })
    for await (const entry of zip.eachEntry()) {
      if (list.isFull) return false
      list.add(toMember(entry))
    }
    return true
  } catch (cause) {
    if (list.members.length > 0) return false
    throw new CoreError('Corrupt', `it is damaged: ${errorMessage(cause)}`, { cause })
  }
}

function toMember(entry: Entry) {
  const path = nameOf(entry)
  return {
    path,
    kind: kindOf(entry, path),
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
    modifiedMs: modifiedMs(entry),
    encrypted: entry.isEncrypted(),
  }
}

const SAYS_UTF8 = 0x800

function nameOf({ extraFields, generalPurposeBitFlag, fileNameRaw }: Entry): string {
  // Programs on Linux write UTF-8 without saying so; text in the DOS code page is hardly ever valid UTF-8 by accident.
  const flags = isUtf8(fileNameRaw) ? generalPurposeBitFlag | SAYS_UTF8 : generalPurposeBitFlag
  return getFileNameLowLevel(flags, fileNameRaw, extraFields, true)
}

const UNIX = 3
const TYPE_MASK = 0xf000
const FOLDER = 0x4000
const LINK = 0xa000
const FILE = 0x8000

function kindOf({ externalFileAttributes, versionMadeBy }: Entry, path: string): EntryKind {
  const mode = versionMadeBy >>> 8 === UNIX ? (externalFileAttributes >>> 16) & TYPE_MASK : 0
  if (path.endsWith('/') || mode === FOLDER) return 'directory'
  if (mode === LINK) return 'symlink'
  return mode === 0 || mode === FILE ? 'file' : 'other'
}

function modifiedMs(entry: Entry): number | null {
  const ms = entry.getLastModDate().getTime()
  return Number.isNaN(ms) ? null : ms
}
