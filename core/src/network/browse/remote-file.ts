import type { DeviceId } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, type RawName } from '../../util/file-name.ts'
import { MAX_PIECE_BYTES, type Piece, type SourceFile } from '../../sources/index.ts'

export interface RemoteFileDeps {
  readonly device: { readonly id: DeviceId; readonly name: string }
  /** Reads at most `MAX_PIECE_BYTES`. Throws `Conflict` if the file no longer has this tag. */
  readonly read: (piece: { offset: number; length: number; etag: string | null }) => Promise<Piece>
}

const NS_PER_MS = 1e6
/** Bytes read at opening: enough to detect the type of a file, and all of a small file. */
const HEAD_BYTES = 65_536

/** An open file of another device. */
export class RemoteFile implements SourceFile {
  readonly name: RawName
  readonly stats: SourceFile['stats']
  readonly etag: string
  readonly indexed = null
  readonly #deps: RemoteFileDeps
  readonly #size: number
  readonly #head: Uint8Array

  private constructor(deps: RemoteFileDeps, { bytes, etag, mtimeMs, name, size }: Piece) {
    this.#deps = deps
    this.#head = bytes
    this.name = name
    this.stats = { size: BigInt(size), mtimeNs: BigInt(Math.round(mtimeMs * NS_PER_MS)) }
    this.#size = size
    this.etag = etag
  }

  static async open(deps: RemoteFileDeps): Promise<RemoteFile> {
    return new RemoteFile(deps, await deps.read({ offset: 0, length: HEAD_BYTES, etag: null }))
  }

  async read(space: Uint8Array, at: number, length: number, position: number): Promise<{ bytesRead: number }> {
    const wanted = Math.min(length, space.length - at, MAX_PIECE_BYTES, this.#size - position)
    if (wanted <= 0) return { bytesRead: 0 }
    if (position < this.#head.length) {
      const bytes = this.#head.subarray(position, position + wanted)
      space.set(bytes, at)
      return { bytesRead: bytes.length }
    }
    const { bytes, etag } = await this.#deps.read({ offset: position, length: wanted, etag: this.etag })
    if (etag !== this.etag || bytes.length > wanted || bytes.length === 0)
      throw new CoreError(
        'Conflict',
        `${displayName(this.name)} on ${this.#deps.device.name} has changed; request it again`,
      )
    space.set(bytes, at)
    return { bytesRead: bytes.length }
  }

  /** Does nothing: every piece after the first was compared with the tag when it was read. */
  async verify(): Promise<void> {}

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
