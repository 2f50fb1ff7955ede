import { CoreError, FINAL } from '../../util/errors.ts'
import { displayName, type RawName } from '../../util/file-name.ts'
import { ProcessPool } from '../../workers/index.ts'
import type { Patience } from './patience.ts'
import type { DiskRequest, DiskRequestName, DiskRequests } from './disk-requests.ts'

/** The same limit as for a walking thread: while a folder of a million files is listed, it needs some 300 MB. */
const HEAP_MIB = 2_048
const MEMORY_MIB = 3_072
/** Normal priority, because a user may be waiting for the listing. */
const NICENESS = 0
/** A process ends after this long without work. */
const IDLE_MS = 60_000

/**
 * A disk whose calls may never return, for example on the network or behind a FUSE program. Separate processes read
 * it. A process is killed if the disk gives no answer for a while, if all its callers have left, and on disposal.
 */
export class PatientDisk implements AsyncDisposable {
  readonly #pool: ProcessPool<DiskRequest, unknown>
  readonly #patience: Patience
  readonly #dir: RawName

  /** Errors name the folder `dir`. */
  constructor({ dir, patience, processes = 1 }: { dir: RawName; patience: Patience; processes?: number }) {
    this.#dir = dir
    this.#patience = patience
    this.#pool = new ProcessPool({
      name: 'disk',
      entry: new URL('./disk-worker.ts', import.meta.url),
      processes,
      memoryMiB: MEMORY_MIB,
      heapMiB: HEAP_MIB,
      niceness: NICENESS,
      idleMs: IDLE_MS,
      box: null,
    })
  }

  /** Rejects with `Offline` if the disk does not answer, with `Cancelled`, and with errors of the process. */
  async ask<N extends DiskRequestName>(
    name: N,
    request: DiskRequests[N]['request'],
    signal: AbortSignal,
  ): Promise<DiskRequests[N]['reply']> {
    const { answerMs } = this.#patience
    const asked = this.#pool.run({ name, request } as DiskRequest, { signal, deadlineMs: answerMs, idleMs: answerMs })
    return (await asked.catch((err: unknown) => {
      throw asOffline(err, this.#dir)
    })) as DiskRequests[N]['reply']
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}

/** Turns a missed deadline into `Offline`, with the path `dir`. Other errors stay as they are. */
export function asOffline(err: unknown, dir: RawName): unknown {
  if (!(err instanceof CoreError) || err.code !== 'Timeout') return err
  const message = `the file system of ${displayName(dir)} does not answer; nothing in the index was changed. See that its server or program runs, mount it again if need be, and rescan the location`
  return new CoreError('Offline', message, { cause: err, details: FINAL })
}
