import type { DeviceId } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, type RawName } from '../../util/file-name.ts'
import { READ_BYTES } from './protocol.ts'

/** A piece of a file of another device. */
export interface Piece {
  readonly name: RawName
  readonly size: number
  readonly mtimeMs: number
  readonly etag: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface RemoteFileDeps {
  readonly device: { readonly id: DeviceId; readonly name: string }
  /** Reads at most `READ_BYTES`. Throws `Conflict` if the file no longer has this tag. */
  readonly read: (piece: { offset: number; length: number; etag: string | null }) => Promise<Piece>
}

/** Bytes read at opening: enough to detect the type of a file, and all of a small file. */
const HEAD_BYTES = 65_536

/** An open file of another device. It has the methods of a local file, so the same code can read both. */
export class RemoteFile {
  readonly device: RemoteFileDeps['device']
  readonly name: RawName
  readonly size: number
  readonly mtimeMs: number
  readonly etag: string
  readonly #deps: RemoteFileDeps
  readonly #head: Uint8Array

  private constructor(deps: RemoteFileDeps, { bytes, etag, mtimeMs, name, size }: Piece) {
    this.#deps = deps
    this.#head = bytes
    this.device = deps.device
    this.name = name
    this.size = size
    this.mtimeMs = mtimeMs
    this.etag = etag
  }

  static async open(deps: RemoteFileDeps): Promise<RemoteFile> {
    return new RemoteFile(deps, await deps.read({ offset: 0, length: HEAD_BYTES, etag: null }))
  }

  /** Reads bytes of the file into `space`, from `at` on. May read fewer than requested; reads 0 only at the end. */
  async read(space: Uint8Array, at: number, length: number, position: number): Promise<{ bytesRead: number }> {
    const wanted = Math.min(length, space.length - at, READ_BYTES, this.size - position)
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
        `${displayName(this.name)} on ${this.device.name} is not what it was; ask for it again`,
      )
    space.set(bytes, at)
    return { bytesRead: bytes.length }
  }
}
