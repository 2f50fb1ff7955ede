import { createReadStream } from 'node:fs'
import { pipeline, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { CoreError } from '../../../../util/errors.ts'
import { fsPath, type RawName } from '../../../../util/file-name.ts'
import { isTarHeader } from '../../../../util/tar-header.ts'
import { readTarMembers } from '../../../tar-members.ts'
import { readStart } from '../decode-text.ts'
import { InnerFiles, MAX_INNER_BYTES } from '../inner-files.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadInner, type ReadText } from '../reader.ts'
import { namedContent } from '../read-inner.ts'
import { readerOf } from '../formats.ts'
import { ZipArchive } from '../zip-archive.ts'

/** Limit on names that are listed. */
const MAX_NAMES = 5_000
/** Enough bytes to recognise a zip, a compressed file and a tar. */
const HEAD_BYTES = 512
/** A compressed tar is read up to this many bytes: its members are found one after another only. */
const MAX_STREAM_BYTES = 256 * 2 ** 20

/** Reads archives: first a page with the names of the members, then a page for each member with text. */
export const read: ReadText = async (source, maxChars, readInner) => {
  const { bytes } = await readStart(source, HEAD_BYTES)
  const out = new PageCollector(maxChars)
  out.begin()
  if (bytes.toString('latin1', 0, 2) === 'PK') await readZip(source, out, readInner)
  else await readStream(source, bytes, out, readInner)
  return { engine: ownEngine, ...out.finish() }
}

async function readZip(source: RawName, out: PageCollector, readInner: ReadInner): Promise<void> {
  using zip = await ZipArchive.open(source, { mayCut: true })
  const names = zip.names.filter((name) => !name.endsWith('/'))
  out.add(names.slice(0, MAX_NAMES).join('\n'))
  if (names.length > MAX_NAMES || zip.isCut) out.cut()
  const inner = new InnerFiles(out, readInner)
  for (const name of names) {
    if (!isWorthReading(name, zip.sizeOf(name)) || inner.isEnough) continue
    // A damaged or locked member does not affect the others.
    const bytes = await zip.bytes(name).catch(() => null)
    if (bytes) await inner.add(name, bytes)
  }
}

/** Reads a tar, or a tar or a single file that is compressed. */
async function readStream(source: RawName, head: Buffer, out: PageCollector, readInner: ReadInner): Promise<void> {
  const unpack = compressions.find(({ magic }) => head.subarray(0, magic.length).equals(magic))?.unpack
  const open = () => (unpack ? unpacked(source, unpack()) : createReadStream(fsPath(source)))
  const start = unpack ? await firstBytes(open(), HEAD_BYTES) : head
  if (isTarHeader(start)) return readTar(open(), out, readInner)
  if (!unpack) throw new CoreError('Unsupported', 'no engine here reads text in this kind of archive')
  const bytes = await firstBytes(open(), MAX_INNER_BYTES)
  const inner = await readInner('', bytes, MAX_INNER_BYTES)
  if (!inner) throw new CoreError('Unsupported', 'the file in it has no text that an engine here reads')
  for (const { text } of inner.pages) out.add(text)
  if (inner.truncated || bytes.length === MAX_INNER_BYTES) out.cut()
}

/**
 * The page with the names comes first, but the names are complete only at the end. So the members are kept until then.
 */
async function readTar(stream: AsyncIterable<Buffer>, out: PageCollector, readInner: ReadInner): Promise<void> {
  const names: string[] = []
  const kept: { readonly name: string; readonly bytes: Buffer }[] = []
  let left = MAX_STREAM_BYTES
  let keptBytes = 0
  for await (const { data, path, size } of readTarMembers(stream, { onCut: () => out.cut() })) {
    if (names.length >= MAX_NAMES || size > left) {
      out.cut()
      break
    }
    names.push(path)
    left -= size
    if (!isWorthReading(path, size) || keptBytes + size > MAX_KEPT_BYTES) continue
    keptBytes += size
    const parts: Buffer[] = []
    for await (const part of data) parts.push(part)
    kept.push({ name: path, bytes: Buffer.concat(parts) })
  }
  out.add(names.join('\n'))
  const inner = new InnerFiles(out, readInner)
  for (const { bytes, name } of kept) {
    if (inner.isEnough) break
    await inner.add(name, bytes)
  }
}

/** Limit on the bytes of members that are in memory at the same time. */
const MAX_KEPT_BYTES = 64 * 2 ** 20

function isWorthReading(name: string, size: number): boolean {
  const content = namedContent(name, size)
  return size > 0 && size <= MAX_INNER_BYTES && content !== null && readerOf(content) !== null
}

/** The compressions that Node unpacks and that a file states in its first bytes. */
const compressions = [
  { magic: Buffer.of(0x1f, 0x8b), unpack: createGunzip },
  { magic: Buffer.of(0x28, 0xb5, 0x2f, 0xfd), unpack: createZstdDecompress },
]

function unpacked(source: RawName, unpacker: Transform): AsyncIterable<Buffer> {
  // A reader that stops early destroys the stream; this is not an error.
  return pipeline(createReadStream(fsPath(source)), unpacker, () => {})
}

async function firstBytes(stream: AsyncIterable<Buffer>, length: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of stream) {
    parts.push(part)
    size += part.length
    if (size >= length) break
  }
  return Buffer.concat(parts).subarray(0, length)
}
