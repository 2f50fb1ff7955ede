import { availableParallelism } from 'node:os'
import { ProcessPool } from '../workers/index.ts'
import type { MakeRequest, PoolName } from './generators/index.ts'
import type { MakeReply } from './sidecar-child.ts'

interface Limits {
  readonly processes: number
  readonly memoryMiB: number
}

/** A machine of two cores is kept busy by two; more than four want more memory than they save time. */
const PARALLEL = Math.min(4, Math.max(1, availableParallelism()))

const limits: Readonly<Record<PoolName, Limits>> = {
  image: { processes: PARALLEL, memoryMiB: 1_000 },
  av: { processes: Math.min(2, PARALLEL), memoryMiB: 1_000 },
  doc: { processes: Math.min(2, PARALLEL), memoryMiB: 1_000 },
  // A model fills the machine by itself.
  ml: { processes: 1, memoryMiB: 4_000 },
}

/** The processes that decode: a pool for each sort of native code, each started when it is first needed. */
export class SidecarPools implements AsyncDisposable {
  readonly #pools = new Map<PoolName, ProcessPool<MakeRequest, MakeReply>>()
  #closed = false

  /** How many contents of a pool are worth handing out at once. */
  parallel(name: PoolName): number {
    return limits[name].processes
  }

  /** See `ProcessPool.run`. */
  run(name: PoolName, request: MakeRequest, options: { signal: AbortSignal; deadlineMs: number }): Promise<MakeReply> {
    let pool = this.#pools.get(name)
    if (!pool) {
      pool = new ProcessPool({ name, entry: new URL('sidecar-child.ts', import.meta.url), ...limits[name] })
      this.#pools.set(name, pool)
      if (this.#closed) void pool[Symbol.asyncDispose]()
    }
    return pool.run(request, options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#pools.values()].map((pool) => pool[Symbol.asyncDispose]()))
  }
}
