import type { EntryKind } from '../../domain/index.ts'
import type { ByteReader } from '../../util/byte-reader.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, nameBytes, type RawName } from '../../util/file-name.ts'
import { readTarHeader } from '../../util/tar-header.ts'
import type { MemberList } from './listing.ts'

/** Lists a tar. Returns whether it read to the end; damage ends the list. */
export async function readTar(reader: ByteReader, list: MemberList): Promise<boolean> {
  while (!list.isFull) {
    const header = await readTarHeader(reader, () => !list.isFull).catch((err: unknown) => {
      if (err instanceof CoreError) return 'damaged' as const
      throw err
    })
    if (header === null) return true
    if (header === 'damaged') return false
    await reader.skip(header.dataBlockBytes)
    // The name of a volume is no member.
    if (header.type === 'V') continue
    const path = bytesToName(new Uint8Array(header.path))
    const kind = kindOf(header.type, path)
    list.add({
      path,
      kind,
      size: kind === 'file' ? header.size : 0,
      compressedSize: null,
      modifiedMs: Math.trunc(header.mtime * 1_000),
      encrypted: false,
    })
  }
  return false
}

function kindOf(type: string, path: RawName): EntryKind {
  if (type === '5' || type === 'D') return 'directory'
  if (type === '2') return 'symlink'
  if ('346'.includes(type)) return 'other'
  // Before POSIX, a folder was a file with a slash at the end of its name.
  return nameBytes(path).at(-1) === SLASH ? 'directory' : 'file'
}

const SLASH = 0x2f
