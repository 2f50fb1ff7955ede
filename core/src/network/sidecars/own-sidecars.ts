import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import { type Digest, Inventory } from './inventory.ts'
import { SETTLE_MS } from './protocol.ts'
import type { SidecarLibrary } from './shared-library.ts'

export interface OwnSidecarsDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Whether anybody is to be told of a change; whoever connects later asks by itself. */
  readonly isHeard: (library: SidecarLibrary) => boolean
  /** Tells those who are connected that there is something else. */
  readonly tell: (library: SidecarLibrary, signal: AbortSignal) => Promise<void>
}

/** What this device has of one library, and who has to hear of it. */
interface Own {
  readonly inventory: Inventory
  /** Something may have changed since it was read. */
  isStale: boolean
  reading: Promise<void> | null
  /** The version that the others were told of. */
  announced: number
  settling: Disposable | null
}

/** What this device has, as it tells others: read when it is asked for, and only what has changed since the last time. */
export class OwnSidecars implements Disposable {
  readonly #deps: OwnSidecarsDeps
  readonly #own = new WeakMap<SidecarLibrary, Own>()
  readonly #ending = new AbortController()

  constructor(deps: OwnSidecarsDeps) {
    this.#deps = deps
  }

  /** All that there is now, or what is another since a version. */
  async digest(library: SidecarLibrary, since: { epoch: string; version: number } | null): Promise<Digest> {
    await this.#read(library)
    return this.#of(library).inventory.digest(since)
  }

  /** Has what there is looked at anew, and the others told if it is another. */
  changed(library: SidecarLibrary): void {
    const own = this.#of(library)
    own.isStale = true
    own.settling ??= this.#deps.clock.after(SETTLE_MS, () => {
      own.settling = null
      void this.#announce(library).catch((err: unknown) => {
        if (!this.#ending.signal.aborted)
          this.#deps.log.info({ library: library.name, err: errorMessage(err) }, 'others were not told of new sidecars')
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
    // Somebody may have asked meanwhile, and had it read: the others do not know of it.
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

  /** Brings what is known up to date. */
  async #read(library: SidecarLibrary): Promise<void> {
    const own = this.#of(library)
    // Of several who wait, one reads again where reading has failed.
    while (own.reading) await own.reading.catch(() => {})
    if (!own.isStale) return
    own.isStale = false
    own.reading = library.sidecars
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
