import { CoreError } from '../util/errors.ts'
import { baseOf, displayName, type RawName } from '../util/file-name.ts'
import type { SourceFile } from './file-source.ts'
import { openedFileTag, type OpenFile } from './open-file.ts'

/** An open file on this device's disk. */
export class DiskFile implements SourceFile {
  readonly name: RawName
  readonly etag: string
  readonly indexed: SourceFile['indexed']
  readonly #file: OpenFile

  constructor(file: OpenFile, indexed: SourceFile['indexed'] = null) {
    this.#file = file
    this.name = baseOf(file.path)
    this.etag = openedFileTag(file)
    this.indexed = indexed
  }

  get stats(): OpenFile['stats'] {
    return this.#file.stats
  }

  async read(space: Uint8Array, at: number, length: number, position: number): Promise<{ bytesRead: number }> {
    const { bytesRead } = await this.#file.handle.read(space, at, length, position)
    return { bytesRead }
  }

  async verify(): Promise<void> {
    const { mtimeNs, size } = await this.#file.handle.stat({ bigint: true })
    const { stats } = this.#file
    if (size !== stats.size || mtimeNs !== stats.mtimeNs)
      throw new CoreError('Conflict', `${displayName(this.name)} changed while it was being read; request it again`)
  }

  close(): Promise<void> {
    return this.#file.handle.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
