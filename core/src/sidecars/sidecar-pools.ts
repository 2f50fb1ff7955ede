import { availableParallelism } from 'node:os'
import type { SidecarSpeed } from '../domain/index.ts'
import { ProcessPool, type ProcessRunOptions } from '../workers/index.ts'
import type { PoolName } from './generators/index.ts'
import type { ChildRequest, MakeReply } from './sidecar-child.ts'

interface Limits {
  readonly processes: number
  readonly memoryMiB: number
}

const CORES = Math.max(1, availableParallelism())
/** A machine of two cores is kept busy by two; more than four want more memory than they save time. */
const PARALLEL = Math.min(4, CORES)
/** Even where somebody wants it fast: each process may take a gigabyte. */
const MOST = Math.min(16, CORES)

const limits: Readonly<Record<PoolName, Limits>> = {
  image: { processes: PARALLEL, memoryMiB: 1_000 },
  av: { processes: Math.min(2, PARALLEL), memoryMiB: 1_000 },
  doc: { processes: Math.min(2, PARALLEL), memoryMiB: 1_000 },
  // A model fills the machine by itself.
  ml: { processes: 1, memoryMiB: 4_000 },
}

/** The processes that decode: a pool for each sort of native code, each started when it is first needed. */
export class SidecarPools implements AsyncDisposable {
  readonly #pools = new Map<PoolName, ProcessPool<ChildRequest, MakeReply>>()
  readonly #speed: () => SidecarSpeed
  #closed = false

  constructor(speed: () => SidecarSpeed = () => 'normal') {
    this.#speed = speed
  }

  /** How many contents of a pool are worked on at once. */
  parallel(name: PoolName): number {
    const { processes } = limits[name]
    switch (this.#speed()) {
      case 'gentle':
        return 1
      case 'normal':
        return processes
      case 'fast':
        return name === 'ml' ? processes : MOST
    }
  }

  /** How many processes work now. */
  get working(): number {
    return [...this.#pools.values()].reduce((sum, { working }) => sum + working, 0)
  }

  /** See `ProcessPool.run`. */
  run(name: PoolName, request: ChildRequest, options: ProcessRunOptions): Promise<MakeReply> {
    let pool = this.#pools.get(name)
    if (!pool) {
      const parallel = () => this.parallel(name)
      pool = new ProcessPool({
        name,
        entry: new URL('sidecar-child.ts', import.meta.url),
        memoryMiB: limits[name].memoryMiB,
        // Asked each time: the speed may be changed while it works.
        get processes() {
          return parallel()
        },
      })
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
