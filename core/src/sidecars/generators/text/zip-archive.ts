import { closeSync, openSync, readSync } from 'node:fs'
import { posix } from 'node:path'
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import { fsPath, type RawName } from '../../../util/file-name.ts'

/** Limit on members. Documents have some hundreds; a book of pictures may have thousands. */
const MAX_MEMBERS = 20_000
/** Limit on the uncompressed size of a member. */
const MAX_MEMBER_BYTES = 256 * 2 ** 20
/** Limit on uncompressed bytes for an archive; its members may overlap. */
const MAX_TOTAL_BYTES = 512 * 2 ** 20
/**
 * Limit on the compression ratio. Text shrinks to a tenth; only a member of one repeated byte shrinks to a thousandth.
 */
const MAX_RATIO = 1_000
/** Members up to this uncompressed size may have any compression ratio. */
const RATIO_FREE_BYTES = 2 ** 20
/** Limit on a member that is read into memory as a whole, such as a list of parts or a cover. */
const MAX_WHOLE_MEMBER_BYTES = 32 * 2 ** 20
const STORED = 0
const DEFLATED = 8
/** The first bytes of an OLE file, which Office uses for documents with a password. */
const OLE = 'd0cf11e0a1b11ae1'

/**
 * Reads members of a zip one at a time, by its directory. Throws `Corrupt` for names that lead out of the archive, for
 * wrong sizes, and for members that unpack to far more than a document. Throws `Unsupported` for members with a
 * password.
 */
export class ZipArchive implements Disposable {
  readonly #zip: ZipFile
  readonly #members: ReadonlyMap<string, Entry>
  /** Whether the archive has more members than are read. */
  readonly isCut: boolean
  #unpacked = 0

  private constructor(zip: ZipFile, members: ReadonlyMap<string, Entry>, isCut: boolean) {
    this.#zip = zip
    this.#members = members
    this.isCut = isCut
  }

  /**
   * Opens an archive. If it has too many members, with `mayCut` the rest is left out; without it, the archive is
   * refused.
   */
  static async open(source: RawName, { mayCut = false } = {}): Promise<ZipArchive> {
    const descriptor = openSync(fsPath(source), 'r')
    const locked = isOle(descriptor)
    if (locked) closeSync(descriptor)
    if (locked) throw new CoreError('Unsupported', 'it is locked with a password')
    let zip: ZipFile
    try {
      zip = await fromFdPromise(descriptor, { lazyEntries: true, autoClose: false, validateEntrySizes: true })
    } catch (cause) {
      closeSync(descriptor)
      throw damaged(cause)
    }
    try {
      const members = new Map<string, Entry>()
      let isCut = false
      for await (const entry of zip.eachEntry()) {
        isCut = members.size >= MAX_MEMBERS
        if (isCut && !mayCut) throw new CoreError('Corrupt', `it has more than ${MAX_MEMBERS} parts`)
        if (isCut) break
        if (!members.has(entry.fileName)) members.set(entry.fileName, entry)
      }
      return new ZipArchive(zip, members, isCut)
    } catch (cause) {
      zip.close()
      throw damaged(cause)
    }
  }

  get names(): string[] {
    return [...this.#members.keys()]
  }

  has(name: string): boolean {
    return this.#members.has(name)
  }

  /** The stated size of a member, unpacked; 0 if there is no such member. */
  sizeOf(name: string): number {
    return this.#members.get(name)?.uncompressedSize ?? 0
  }

  /** Yields a member in chunks; yields nothing if the archive has no such member. */
  async *chunks(name: string): AsyncGenerator<Buffer> {
    const entry = this.#members.get(name)
    if (!entry) return
    check(entry)
    try {
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
        this.#unpacked += (chunk as Buffer).length
        if (this.#unpacked > MAX_TOTAL_BYTES) throw new CoreError('Corrupt', 'it unpacks to far more than a document')
        yield chunk as Buffer
      }
    } catch (cause) {
      throw damaged(cause)
    }
  }

  /** A whole member; null if there is no such member. */
  async bytes(name: string): Promise<Buffer | null> {
    if (!this.has(name)) return null
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of this.chunks(name)) {
      size += chunk.length
      if (size > MAX_WHOLE_MEMBER_BYTES)
        throw new CoreError('Corrupt', `${name} in it is larger than ${MAX_WHOLE_MEMBER_BYTES} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  [Symbol.dispose](): void {
    this.#zip.close()
  }
}

/** The name of a member from a reference in member `base`: relative to the folder of `base`, or to the root. */
export function memberName(base: string, target: string): string {
  const [path = ''] = target.split('#')
  return posix.normalize(path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(base), path))
}

function check(entry: Entry): void {
  const { fileName, uncompressedSize, compressedSize, compressionMethod } = entry
  if (entry.isEncrypted()) throw new CoreError('Unsupported', 'it is locked with a password')
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED)
    throw new CoreError('Unsupported', `${fileName} in it uses an unsupported compression method`)
  const packedTooTightly = uncompressedSize > RATIO_FREE_BYTES && uncompressedSize > compressedSize * MAX_RATIO
  if (uncompressedSize > MAX_MEMBER_BYTES || packedTooTightly)
    throw new CoreError('Corrupt', `${fileName} in it unpacks to far more than a document`)
}

function damaged(cause: unknown): CoreError {
  if (cause instanceof CoreError) return cause
  return new CoreError('Corrupt', `its archive is damaged: ${errorMessage(cause)}`, { cause })
}

function isOle(descriptor: number): boolean {
  const head = Buffer.alloc(8)
  readSync(descriptor, head, 0, head.length, 0)
  return head.toString('hex') === OLE
}
