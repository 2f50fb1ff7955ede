import type { DeviceId } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, type RawName } from '../../util/file-name.ts'
import { READ_BYTES } from './protocol.ts'

/** What was read of a file of another device. */
export interface Piece {
  readonly name: RawName
  readonly size: number
  readonly mtimeMs: number
  readonly etag: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface RemoteFileDeps {
  readonly device: { readonly id: DeviceId; readonly name: string }
  /** At most `READ_BYTES`. Throws `Conflict` where the file is no longer the one with this tag. */
  readonly read: (piece: { offset: number; length: number; etag: string | null }) => Promise<Piece>
}

/** Enough to tell the type of a file, and all of a small one. Bytes. */
const HEAD_BYTES = 65_536

/** A file of another device that is open for reading, as a file of this one is: what has the same methods reads both. */
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

  /** Puts bytes of the file into `space`, from `at` on; fewer than were asked for is no end. 0 at the end. */
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
