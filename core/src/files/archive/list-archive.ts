import { lstat } from 'node:fs/promises'
import type { Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { type ByteReader, FileReader, StreamReader } from '../../util/byte-reader.ts'
import { CoreError } from '../../util/errors.ts'
import { baseOf, displayName, extensionOf, fsPath, type RawName } from '../../util/file-name.ts'
import { isTarHeader, isTarStart } from '../../util/tar-header.ts'
import { type OpenFile, openFile } from '../../sources/open-file.ts'
import { type ArchiveListing, MemberList } from './listing.ts'
import { readTar } from './read-tar.ts'
import { readWithProgram } from './read-with-program.ts'
import { readZip } from './read-zip.ts'

/** Length of a tar header. */
const HEAD_BYTES = 512
/** Bytes unpacked at once. */
const STREAM_BYTES = 262_144

const ZIP = /^504b(?:0304|0506|0708)/
/** Other formats, by their first bytes. */
const others: readonly (readonly [begins: string, format: string])[] = [
  ['377abcaf271c', '7z'],
  ['526172211a07', 'rar'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bzip2'],
  ['04224d18', 'lz4'],
  ['4d534346', 'cab'],
  ['78617221', 'xar'],
  ['213c617263683e0a', 'ar'],
  ['303730373031', 'cpio'],
  ['303730373037', 'cpio'],
]
/** Formats without fixed first bytes. */
const byExtension: ReadonlySet<string> = new Set(['iso', 'lzh', 'lha', 'lzma'])

/**
 * Lists the archive at `path`, which contains no links; messages call it `shown`. Throws `Unsupported` if no format
 * matches, and `Corrupt` if the archive is damaged.
 */
export async function listArchive(path: RawName, shown: string): Promise<ArchiveListing> {
  const look = (target: RawName) => lstat(fsPath(target), { bigint: true })
  // The caller has already checked whether the file is private.
  await using file = await openFile(path, { look, guard: null })
  try {
    return await list(file)
  } catch (err) {
    if (!(err instanceof CoreError)) throw err
    throw new CoreError(err.code, `${shown}: ${err.message}`, { cause: err })
  }
}

async function list(file: OpenFile): Promise<ArchiveListing> {
  const members = new MemberList()
  const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  const head = buffer.subarray(0, bytesRead)
  const begins = head.toString('hex', 0, 16)
  const name = displayName(baseOf(file.path))
  const extension = extensionOf(name)
  const whole = (format: string, isWhole: boolean) => ({ format, members: members.members, truncated: !isWhole })
  if (ZIP.test(begins)) return whole('zip', await readZip(file.handle.fd, members))
  if (begins.startsWith('1f8b')) return listPacked(file, { unpack: createGunzip(), suffix: 'gz' }, members)
  if (begins.startsWith('28b52ffd')) return listPacked(file, { unpack: createZstdDecompress(), suffix: 'zst' }, members)
  const other = others.find(([each]) => begins.startsWith(each))?.[1] ?? (byExtension.has(extension) ? extension : null)
  if (other) return whole(other, await readWithProgram(file.path, other, members))
  if (isTarHeader(head) || extension === 'tar')
    return listTar('tar', head, new FileReader(file.handle, Number(file.stats.size)), members)
  // A self-extracting archive begins with a program.
  if (extension === 'zip' || extension === 'jar') return whole('zip', await readZip(file.handle.fd, members))
  throw new CoreError('Unsupported', 'it is not an archive that Spacedrive can list')
}

async function listTar(format: string, head: Buffer, reader: ByteReader, members: MemberList): Promise<ArchiveListing> {
  if (!isTarStart(head)) throw new CoreError('Unsupported', 'it is no tar')
  const isWhole = await readTar(reader, members)
  return { format, members: members.members, truncated: !isWhole || reader.wasCut }
}

/** Lists a compressed tar, or the one compressed file. */
async function listPacked(
  file: OpenFile,
  { suffix, unpack }: { unpack: Transform; suffix: string },
  members: MemberList,
): Promise<ArchiveListing> {
  const packed = file.handle.createReadStream({ autoClose: false, start: 0, highWaterMark: STREAM_BYTES })
  packed.on('error', (err) => unpack.destroy(err))
  const reader = new StreamReader(packed.pipe(unpack), { isEnough: () => members.isFull, mayBreak: true })
  try {
    const head = await reader.peek(HEAD_BYTES)
    const name = displayName(baseOf(file.path))
    if (isTarHeader(head) || /\.t(?:ar\.)?[a-z]+$/i.test(name)) {
      // Awaited here, because the stream is destroyed below.
      return await listTar(`tar.${suffix}`, head, reader, members)
    }
    if (head.length === 0 && reader.wasCut) throw new CoreError('Corrupt', 'it is damaged')
    members.add({
      path: name.replace(new RegExp(`\\.${suffix}$`, 'i'), ''),
      kind: 'file',
      size: null,
      compressedSize: Number(file.stats.size),
      modifiedMs: null,
      encrypted: false,
    })
    return { format: suffix, members: members.members, truncated: false }
  } finally {
    packed.destroy()
    unpack.destroy()
  }
}
