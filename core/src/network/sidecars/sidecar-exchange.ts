import type { z } from 'zod'
import type { ContentId, DeviceId, LibraryId, SidecarKind } from '../../domain/index.ts'
import type { EventBus } from '../../events/index.ts'
import type { Elsewhere, Holder, SidecarKey } from '../../sidecars/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import type { NetworkDb } from '../db/network-db.ts'
import type { Grants } from '../grants/grants.ts'
import type { Membership } from '../membership/index.ts'
import type { Registry } from '../registry/registry.ts'
import type { Transfers } from '../transfer/index.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { answering, ask } from '../wire/rpc.ts'
import { askDigest, sendDigest } from './digest-stream.ts'
import { Fetcher } from './fetcher.ts'
import { Inventory } from './inventory.ts'
import { PeerAvailability } from './peer-availability.ts'
import { names, Prefetcher, type PrefetchSettings } from './prefetcher.ts'
import { CADENCE_MS, DigestAsked, digestProtocol, SETTLE_MS, sidecars, TransferSpec } from './protocol.ts'
import type { SidecarLibrary } from './shared-library.ts'
import { Sources } from './sources.ts'

export interface SidecarExchangeDeps {
  readonly peers: Peers
  readonly membership: Membership
  readonly grants: Grants
  readonly registry: Registry
  readonly transfers: Transfers
  readonly db: NetworkDb
  readonly events: EventBus
  readonly clock: Clock
  readonly log: Logger
  /** Those that are open. */
  readonly libraries: () => readonly SidecarLibrary[]
  readonly settings: () => PrefetchSettings
  readonly latencyMs: (device: DeviceId) => number | null
}

/** Answers looked up before others have their turn. */
const ANSWERS_PER_TURN = 100

/** What this device has of one library, and who has to hear of it. */
interface Own {
  readonly inventory: Inventory
  /** Something may have changed since it was read. */
  isStale: boolean
  reading: Promise<boolean> | null
  settling: Disposable | null
  /** There may be more to fetch ahead. */
  looking: Disposable | null
}

/**
 * What members of a library have made of its contents: made once, used by all. Each says what it has when it connects,
 * soon after that changes and every five minutes; what another one has is fetched rather than made again.
 */
export class SidecarExchange implements AsyncDisposable {
  readonly #deps: SidecarExchangeDeps
  readonly #availability: PeerAvailability
  readonly #sources: Sources
  readonly #fetcher: Fetcher
  readonly #prefetcher: Prefetcher
  readonly #own = new WeakMap<SidecarLibrary, Own>()
  /** Digests on their way; true: another one is to follow. */
  readonly #pulls = new Map<string, { again: boolean; readonly done: Promise<void> }>()
  readonly #parts = new DisposableStack()
  readonly #ending = new AbortController()
  #cadence: Disposable | null = null

  constructor(deps: SidecarExchangeDeps) {
    const { clock, latencyMs, log, membership, peers, registry, settings, transfers } = deps
    this.#deps = deps
    this.#availability = new PeerAvailability(deps.db)
    this.#sources = new Sources({ ticks: () => clock.ticks(), latencyMs })
    this.#fetcher = new Fetcher({
      peers,
      transfers,
      sources: this.#sources,
      clock,
      log,
      lacks: ({ id }, device, key) => this.#availability.lacks(id, device, key),
    })
    this.#prefetcher = new Prefetcher({ settings, clock, log, isOpen: (library) => deps.libraries().includes(library) })
    this.#serve()
    this.#parts.use(peers.onConnected((peer) => this.#pullAll(peer)))
    this.#parts.use(
      membership.onChange((library) => {
        for (const device of this.#availability.devices(library))
          if (!membership.isMember(library, device)) this.#availability.forget(device, library)
        for (const peer of peers.connected()) if (membership.isMember(library, peer.id)) void this.#pull(library, peer)
      }),
    )
    this.#parts.use(
      registry.onChange(({ device, kind }) => {
        if (kind === 'removed') this.#availability.forget(device.id)
      }),
    )
    this.#hearOfLibraries()
    this.#wait()
  }

  /** The sidecars of a library on other devices; null where it is shared with none. */
  elsewhere(library: LibraryId): Elsewhere | null {
    if (this.#ending.signal.aborted || this.#deps.membership.membersOf(library).length === 0) return null
    return {
      holders: (key) => this.#holders(library, key),
      holdersOf: (contentId, kind) => this.#holdersOf(library, contentId, kind),
      canFetch: (key) => !names(this.#deps.settings().makeHere, key.kind) && this.#known(library, key).length > 0,
      fetch: async (keys, { accepts, asks }, signal) => {
        const folder = this.#deps.libraries().find(({ id }) => id === library)
        if (!folder) return []
        const connected = asks ? this.#connected(library) : []
        const candidates = (key: SidecarKey) => [...new Set([...this.#known(library, key), ...connected])]
        return this.#fetcher.fetch(folder, keys, { accepts, candidates, signal })
      },
    }
  }

  /** The members that have a variant, this device not among them: as they have said, and those who are connected as they say now. */
  async where(
    library: LibraryId,
    { contentId, kind, variant }: Omit<SidecarKey, 'format'>,
    signal: AbortSignal,
  ): Promise<Holder[]> {
    const found = new Map<DeviceId, Holder>()
    for (const holder of this.#holdersOf(library, contentId, kind))
      if (holder.variant === variant) found.set(holder.device.id, holder)
    const items = [{ content: contentId, kind, variant }]
    const peers = this.#connected(library).flatMap((id) => this.#deps.peers.get(id) ?? [])
    await Promise.all(
      peers.map(async (peer) => {
        const answer = await ask(peer, { rpc: sidecars, verb: 'who', input: { library, items } }, signal).catch(
          () => null,
        )
        if (!answer) return
        const size = answer.found[0]?.size
        if (size === undefined) found.delete(peer.id)
        else found.set(peer.id, { device: { id: peer.id, name: peer.name }, online: true, size })
      }),
    )
    signal.throwIfAborted()
    return [...found.values()]
  }

  /** Asks every connected member what it has now; resolves when all have answered, or have not. */
  async refresh(): Promise<void> {
    const { libraries, membership, peers } = this.#deps
    for (const library of libraries()) this.#stale(library)
    await Promise.all(
      peers.connected().flatMap((peer) => membership.sharedWith(peer.id).map((library) => this.#pull(library, peer))),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new CoreError('Cancelled', 'the engine closes'))
    this.#cadence?.[Symbol.dispose]()
    this.#parts.dispose()
    await Promise.all([this.#prefetcher[Symbol.asyncDispose](), this.#fetcher[Symbol.asyncDispose]()])
    await Promise.allSettled([...this.#pulls.values()].map(({ done }) => done))
  }

  #serve(): void {
    const { peers, transfers } = this.#deps
    this.#parts.use(
      peers.handle(
        answering(sidecars, {
          changed: async ({ library }, peer) => {
            this.#allowed(library, peer)
            void this.#pull(library, peer)
            return {}
          },
          who: async ({ items, library }, peer, signal) => ({
            found: await this.#answer(this.#allowed(library, peer), items, signal),
          }),
        }),
      ),
    )
    this.#parts.use(
      peers.handle({
        protocol: digestProtocol,
        serve: (stream, peer, signal) => this.#tell(stream, peer, signal),
      }),
    )
    this.#parts.use(
      transfers.resolve({
        kind: 'sidecars',
        spec: TransferSpec,
        resolve: async ({ items, library: id }: z.output<typeof TransferSpec>, peer: Peer) => {
          const library = this.#allowed(id, peer)
          const roots = items.flatMap(({ content: contentId, format, kind, variant }, index) => {
            const found = library.sidecars.ready(contentId, kind, variant).find((each) => each.format === format)
            const name = Buffer.from(String(index))
            return found ? [{ path: Buffer.from(library.sidecars.fileOf(found)), name }] : []
          })
          if (roots.length === 0) throw new CoreError('NotFound', 'nothing of what was asked for is there any more')
          return { roots, title: 'sidecars', isListed: false }
        },
      }),
    )
  }

  /** The library, where a device may have its sidecars. Throws `NotFound` for who is no member, whether there is one or not. */
  #allowed(id: LibraryId, peer: Peer): SidecarLibrary {
    const { grants, libraries, membership } = this.#deps
    const library = libraries().find((each) => each.id === id)
    if (!library || !membership.isMember(id, peer.id))
      throw new CoreError('NotFound', 'no such library is shared with you there')
    grants.require(peer.id, 'sidecars')
    return library
  }

  async #answer(
    { sidecars: own }: SidecarLibrary,
    items: readonly { content: ContentId; kind: SidecarKind; variant: string }[],
    signal: AbortSignal,
  ) {
    const found = []
    for (const [index, { content, kind, variant }] of items.entries()) {
      if (index > 0 && index % ANSWERS_PER_TURN === 0) await new Promise(setImmediate)
      signal.throwIfAborted()
      for (const { checksum, engine, findings, format, recipe, size } of own.ready(content, kind, variant)) {
        const { colour = null, thumbhash = null } = findings
        found.push({ index, format, size, checksum, engine, recipe, colour, thumbhash })
      }
    }
    return found
  }

  async #tell(stream: FrameStream, peer: Peer, signal: AbortSignal): Promise<void> {
    const asked = await stream.receive(DigestAsked)
    if (!asked) return
    let library
    try {
      library = this.#allowed(asked.library, peer)
    } catch (err) {
      if (!(err instanceof CoreError)) throw err
      await stream.send({ refused: err.message })
      await stream.finish()
      return
    }
    await this.#read(library)
    signal.throwIfAborted()
    await sendDigest(stream, this.#ownOf(library).inventory.digest(asked.since))
  }

  #ownOf(library: SidecarLibrary): Own {
    const known = this.#own.get(library)
    if (known) return known
    const own: Own = { inventory: new Inventory(), isStale: true, reading: null, settling: null, looking: null }
    this.#own.set(library, own)
    return own
  }

  /** Brings what is known of this device's own up to date. Resolves with whether it has changed. */
  async #read(library: SidecarLibrary): Promise<boolean> {
    const own = this.#ownOf(library)
    if (own.reading) await own.reading.catch(() => false)
    if (!own.isStale) return false
    own.isStale = false
    own.reading = library.sidecars
      .availability(this.#ending.signal)
      .then((groups) => own.inventory.take(groups))
      .finally(() => {
        own.reading = null
      })
    try {
      return await own.reading
    } catch (err) {
      own.isStale = true
      throw err
    }
  }

  /** Has what this device has looked at anew, and the others told if it is another. */
  #stale(library: SidecarLibrary): void {
    const own = this.#ownOf(library)
    own.isStale = true
    own.settling ??= this.#deps.clock.after(SETTLE_MS, () => {
      own.settling = null
      void this.#announce(library).catch((err: unknown) => {
        if (!this.#ending.signal.aborted)
          this.#deps.log.info({ library: library.name, err: errorMessage(err) }, 'others were not told of new sidecars')
      })
    })
  }

  async #announce(library: SidecarLibrary): Promise<void> {
    const { grants, peers } = this.#deps
    const isOpen = this.#deps.libraries().includes(library)
    const members = this.#connected(library.id).filter((id) => grants.has(id, 'sidecars'))
    // Whoever connects later asks by itself.
    if (!isOpen || members.length === 0 || !(await this.#read(library))) return
    const told = members.flatMap((id) => peers.get(id) ?? [])
    const input = { library: library.id }
    await Promise.allSettled(
      told.map((peer) => ask(peer, { rpc: sidecars, verb: 'changed', input }, this.#ending.signal)),
    )
  }

  #pullAll(peer: Peer): void {
    for (const library of this.#deps.membership.sharedWith(peer.id)) void this.#pull(library, peer)
  }

  /** One digest of a device at a time. Never rejects. */
  #pull(library: LibraryId, peer: Peer): Promise<void> {
    const name = `${library} ${peer.id}`
    const running = this.#pulls.get(name)
    if (running) {
      running.again = true
      return running.done
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const pull = { again: false, done: promise }
    this.#pulls.set(name, pull)
    const run = async () => {
      do {
        pull.again = false
        await this.#pullOnce(library, peer)
      } while (pull.again && !peer.signal.aborted)
    }
    void run()
      .catch((err: unknown) => {
        if (peer.signal.aborted || this.#ending.signal.aborted) return
        this.#deps.log.info({ device: peer.name, err: errorMessage(err) }, 'a device did not say what sidecars it has')
      })
      .finally(() => {
        this.#pulls.delete(name)
        resolve()
      })
    return promise
  }

  async #pullOnce(id: LibraryId, peer: Peer): Promise<void> {
    const { clock, libraries, membership } = this.#deps
    const signal = AbortSignal.any([peer.signal, this.#ending.signal])
    const digest = await askDigest(peer, { library: id, since: this.#availability.since(id, peer.id) }, signal)
    const library = libraries().find((each) => each.id === id)
    // It may have been removed, or the library closed, meanwhile.
    if (!library || !membership.isMember(id, peer.id)) return
    const more = this.#availability.take(id, peer.id, { digest, now: clock.now() })
    for (const { bytes, format, kind, variant } of more)
      this.#prefetcher.add({ library, of: { kind, variant, format }, records: bytes })
  }

  #connected(library: LibraryId): DeviceId[] {
    const { membership, peers } = this.#deps
    return peers
      .connected()
      .map(({ id }) => id)
      .filter((id) => membership.isMember(library, id))
  }

  /** The connected members that have said they have one, the best first. */
  #known(library: LibraryId, key: SidecarKey): DeviceId[] {
    const isUseful = (device: DeviceId) =>
      !this.#sources.rests(device) && this.#availability.find(library, device, key) !== null
    return this.#sources.order(this.#connected(library).filter(isUseful))
  }

  #holders(library: LibraryId, key: SidecarKey): Holder[] {
    return this.#holdersOf(library, key.contentId, key.kind)
      .filter(({ format, variant }) => variant === key.variant && format === key.format)
      .map(({ device, online, size }) => ({ device, online, size }))
  }

  #holdersOf(library: LibraryId, contentId: ContentId, kind: SidecarKind) {
    const { membership, peers, registry } = this.#deps
    return membership.membersOf(library).flatMap((id) => {
      const { name } = registry.get(id)!
      const online = peers.get(id) !== null
      return this.#availability
        .variants(library, id, { contentId, kind })
        .map(({ format, size, variant }) => ({ device: { id, name }, online, size, variant, format }))
    })
  }

  #hearOfLibraries(): void {
    const { events, libraries, peers } = this.#deps
    const of = (id: LibraryId | null) => libraries().find((each) => each.id === id)
    this.#parts.use(
      events.subscribe(
        ({ libraryId }) => {
          const library = of(libraryId)
          if (library) this.#stale(library)
        },
        { types: ['sidecars.changed'] },
      ),
    )
    // Contents that were new to this device may be old to another.
    this.#parts.use(
      events.subscribe(
        ({ libraryId }) => {
          const library = of(libraryId)
          if (library) this.#lookAgain(library)
        },
        { types: ['job.ended'] },
      ),
    )
    this.#parts.use(
      events.subscribe(
        () => {
          for (const peer of peers.connected()) this.#pullAll(peer)
        },
        { types: ['library.opened'] },
      ),
    )
  }

  /** Looks through all that connected members have for what is to be fetched ahead; soon, and once for many reasons. */
  #lookAgain(library: SidecarLibrary): void {
    const own = this.#ownOf(library)
    own.looking ??= this.#deps.clock.after(SETTLE_MS, () => {
      own.looking = null
      if (!this.#deps.libraries().includes(library)) return
      for (const device of this.#connected(library.id))
        for (const { bytes, ...of } of this.#availability.groups(library.id, device))
          this.#prefetcher.add({
            library,
            of: { kind: of.kind, variant: of.variant, format: of.format },
            records: bytes,
          })
    })
  }

  #wait(): void {
    this.#cadence = this.#deps.clock.after(CADENCE_MS, () => {
      void this.refresh()
      this.#wait()
    })
  }
}
