import type { LibraryId } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { type Clock, sleep } from '../clock.ts'
import type { Peer } from '../wire/protocol.ts'
import { askDigest } from './digest-stream.ts'
import type { Digest } from './inventory.ts'

export interface DigestPullsDeps {
  readonly clock: Clock
  readonly log: Logger
  /** The epoch and version of the last digest from a device; null if there was none. */
  readonly since: (library: LibraryId, peer: Peer) => { epoch: string; version: number } | null
  readonly take: (library: LibraryId, peer: Peer, digest: Digest) => void
}

interface Pull {
  readonly library: LibraryId
  /** Start time, in ticks of the clock. */
  readonly begun: number
  /** Whether to pull once more after this pull. */
  again: boolean
  /** The latest connection with the device. */
  peer: Peer
  readonly done: Promise<void>
}

/** Asks members for their digests. Each device is asked one question about a library at a time. */
export class DigestPulls implements AsyncDisposable {
  readonly #deps: DigestPullsDeps
  readonly #pulls = new Map<string, Pull>()
  readonly #ending = new AbortController()

  constructor(deps: DigestPullsDeps) {
    this.#deps = deps
  }

  /** Resolves when the device has answered all questions so far, or has failed to. Never rejects. */
  pull(library: LibraryId, peer: Peer): Promise<void> {
    const name = `${library} ${peer.id}`
    const running = this.#pulls.get(name)
    if (running) {
      running.again = true
      running.peer = peer
      return running.done
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const pull: Pull = { library, begun: this.#deps.clock.ticks(), again: false, peer, done: promise }
    this.#pulls.set(name, pull)
    const run = async () => {
      do {
        pull.again = false
        await this.#pullOnce(library, pull.peer)
        // The connection may have been lost and made again.
      } while (pull.again && !pull.peer.signal.aborted && !this.#ending.signal.aborted)
    }
    void run().finally(() => {
      this.#pulls.delete(name)
      resolve()
    })
    return promise
  }

  /**
   * Resolves when all running pulls of a library have ended, or `ms` milliseconds after the last of them began. A
   * device that does not answer delays each caller by at most `ms`. Throws the signal's reason.
   */
  async settled(library: LibraryId, ms: number, signal: AbortSignal): Promise<void> {
    const now = this.#deps.clock.ticks()
    const running = [...this.#pulls.values()].filter((pull) => pull.library === library && now - pull.begun < ms)
    if (running.length === 0) return
    const left = ms - (now - Math.max(...running.map(({ begun }) => begun)))
    const enough = new AbortController()
    const patience = sleep(this.#deps.clock, left, AbortSignal.any([enough.signal, signal]))
    try {
      await Promise.race([Promise.all(running.map(({ done }) => done)), patience])
    } finally {
      enough.abort()
      await patience.catch(() => {})
    }
    signal.throwIfAborted()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    await Promise.allSettled([...this.#pulls.values()].map(({ done }) => done))
  }

  /** Never rejects. */
  async #pullOnce(library: LibraryId, peer: Peer): Promise<void> {
    const { since, take } = this.#deps
    const signal = AbortSignal.any([peer.signal, this.#ending.signal])
    try {
      const digest = await askDigest(peer, { library, since: since(library, peer) }, signal)
      take(library, peer, digest)
    } catch (err) {
      if (!signal.aborted)
        this.#deps.log.info({ device: peer.name, err: errorMessage(err) }, 'a device did not send its list of sidecars')
    }
  }
}
