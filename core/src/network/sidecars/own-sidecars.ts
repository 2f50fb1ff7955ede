import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import { type Digest, Inventory } from './inventory.ts'
import { SETTLE_MS } from './protocol.ts'
import type { SidecarLibrary } from './shared-library.ts'

export interface OwnSidecarsDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Whether any connected device must be told of changes. A device that connects later asks for the digest itself. */
  readonly isHeard: (library: SidecarLibrary) => boolean
  /** Tells connected members that the sidecars of a library have changed. */
  readonly tell: (library: SidecarLibrary, signal: AbortSignal) => Promise<void>
}

/** The sidecars of this device in one library, and the last announced version. */
interface Own {
  readonly inventory: Inventory
  /** Whether sidecars may have changed since the inventory was read. */
  isStale: boolean
  reading: Promise<void> | null
  /** The last version that other members were told of. */
  announced: number
  settling: Disposable | null
}

/** The digests of this device. The sidecars are read on request, and only the changes since the last time. */
export class OwnSidecars implements Disposable {
  readonly #deps: OwnSidecarsDeps
  readonly #own = new WeakMap<SidecarLibrary, Own>()
  readonly #ending = new AbortController()

  constructor(deps: OwnSidecarsDeps) {
    this.#deps = deps
  }

  /** A complete digest, or the changes since a version. */
  async digest(library: SidecarLibrary, since: { epoch: string; version: number } | null): Promise<Digest> {
    await this.#read(library)
    return this.#of(library).inventory.digest(since)
  }

  /** Reads the sidecars again soon, and tells the members if they have changed. */
  changed(library: SidecarLibrary): void {
    const own = this.#of(library)
    own.isStale = true
    own.settling ??= this.#deps.clock.after(SETTLE_MS, () => {
      own.settling = null
      void this.#announce(library).catch((err: unknown) => {
        if (!this.#ending.signal.aborted)
          this.#deps.log.info(
            { library: library.name, err: errorMessage(err) },
            'cannot tell other devices about new sidecars',
          )
      })
    })
  }

  [Symbol.dispose](): void {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
  }

  async #announce(library: SidecarLibrary): Promise<void> {
    const { isHeard, tell } = this.#deps
    const { signal } = this.#ending
    if (signal.aborted || !isHeard(library)) return
    // Another request may have read the changes already, so compare versions to decide whether to announce them.
    await this.#read(library)
    const own = this.#of(library)
    const { version } = own.inventory
    if (version === own.announced) return
    own.announced = version
    await tell(library, signal)
  }

  #of(library: SidecarLibrary): Own {
    const known = this.#own.get(library)
    if (known) return known
    const own: Own = { inventory: new Inventory(), isStale: true, reading: null, announced: 0, settling: null }
    this.#own.set(library, own)
    return own
  }

  /** Updates the inventory if it is stale. */
  async #read(library: SidecarLibrary): Promise<void> {
    const own = this.#of(library)
    // If a read fails, one of its waiting callers starts the next read.
    while (own.reading) await own.reading.catch(() => {})
    if (!own.isStale) return
    own.isStale = false
    own.reading = library.sidecars.exchange
      .availability(own.inventory.mark, this.#ending.signal)
      .then((read) => own.inventory.take(read))
      .finally(() => {
        own.reading = null
      })
    try {
      await own.reading
    } catch (err) {
      own.isStale = true
      throw err
    }
  }
}
