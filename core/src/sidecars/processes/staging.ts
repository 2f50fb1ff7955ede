import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { CoreError } from '../../util/errors.ts'
import type { RawName } from '../../util/file-name.ts'
import { heard } from '../../util/heard.ts'
import { makeFolderBelow } from '../../util/make-folder-below.ts'
import { pathError } from '../../util/path-error.ts'
import { ProcessPool, type ProcessRunOptions } from '../../workers/index.ts'

/** A file with the facts from the index. If the file differs now, its content has changed. */
export interface Source {
  readonly path: RawName
  /** Size in bytes. */
  readonly size: number
  /** Milliseconds since 1970, rounded down. */
  readonly modifiedMs: number
}

export interface StagingRequest {
  /** `to` is the path for the copy; null to check the file without copying it. */
  readonly source: (Source & { readonly to: string | null }) | null
  readonly copies: readonly { readonly from: string; readonly to: string }[]
}

export interface StagingReply {
  /** The state of the source: a text that changes when the file is replaced or written to. Null if there is none. */
  readonly state: string | null
}

/** The files of one request. They are removed when the request is over. */
export interface Staged extends AsyncDisposable {
  /** The path of the source's copy; null if the source is not copied. */
  readonly source: string | null
  /** The paths of the copied inputs. */
  readonly inputs: readonly string[]
  /**
   * Resolves when the files are there. Rejects with `Conflict` if the source is not the indexed file, with `Timeout`,
   * or with an error of the file system.
   */
  readonly ready: Promise<unknown>
  /** Throws `Conflict` if the source was changed since. The copy of a source never changes. */
  assertUnchanged(): Promise<void>
}

export interface StageOptions extends Pick<ProcessRunOptions, 'deadlineMs' | 'signal' | 'urgent'> {
  readonly source: Source | null
  /** Paths of other files. */
  readonly inputs: readonly string[]
  /** If false, the source is only checked. */
  readonly copies: boolean
}

/**
 * Larger files are not copied. Copying this many bytes takes about as long as starting a process, and copies for all
 * processes must fit on the disk.
 */
const MAX_COPY_BYTES = 64 * 2 ** 20
/** Copying takes less time than decoding, so this many processes keep all decoders busy. */
const PROCESSES = Math.min(4, Math.max(1, availableParallelism()))
const MEMORY_MIB = 200

/**
 * Copies files for decoders, which must not read the folders around a file. The copies are made in processes without a
 * sandbox, which decode nothing. If a disk does not answer, such a process can be ended.
 */
export class Staging implements AsyncDisposable {
  readonly #folder: string
  readonly #pool = new ProcessPool<StagingRequest, StagingReply>({
    name: 'staging',
    entry: new URL('staging-child.ts', import.meta.url),
    processes: PROCESSES,
    memoryMiB: MEMORY_MIB,
    box: null,
  })

  /** `folder` is the folder for the copies. It is created if it is missing. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Copies the files of a request, except for a source that is too large. */
  stage({ copies: isCopied, inputs, source, ...options }: StageOptions): Staged {
    const copies = isCopied ? inputs.map((from) => ({ from, to: this.#newPath() })) : []
    const to = isCopied && source && source.size <= MAX_COPY_BYTES ? this.#newPath() : null
    const written = [...copies.map((copy) => copy.to), to ?? []].flat()
    const look = async (request: Pick<StagingRequest, 'copies'>, target: string | null) => {
      if (!source && request.copies.length === 0) return null
      return (await this.#pool.run({ ...request, source: source && { ...source, to: target } }, options)).state
    }
    const begin = async () => {
      if (written.length > 0) await this.#makeFolder()
      return look({ copies }, to)
    }
    const state = heard(begin())
    return {
      source: to,
      inputs: copies.map((copy) => copy.to),
      ready: state,
      async assertUnchanged() {
        if (to !== null || (await look({ copies: [] }, null)) === (await state)) return
        throw new CoreError('Conflict', 'the file was changed while it was read')
      },
      async [Symbol.asyncDispose]() {
        await state.catch(() => {})
        await Promise.all(written.map((path) => rm(path, { force: true })))
      },
    }
  }

  async #makeFolder(): Promise<void> {
    await makeFolderBelow(dirname(this.#folder), this.#folder).catch((err: unknown) => {
      throw pathError(err, this.#folder)
    })
  }

  #newPath(): string {
    return join(this.#folder, randomUUID())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}
